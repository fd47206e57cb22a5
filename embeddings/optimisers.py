"""Adagrad and Adam that update a whole table or some of its rows, and grow with it.

Rows that a step does not touch keep their state, as in torch's SparseAdam.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

import torch
from torch import Tensor


class Optimiser(ABC):
    """The state of each parameter, tensors of its shape."""

    #: How many tensors of state a parameter has.
    slots: int

    def __init__(self, parameters: Iterable[Tensor], learning_rate: float) -> None:
        self.learning_rate = learning_rate
        self.steps = 0
        self.state = [[torch.zeros_like(p) for _ in range(self.slots)] for p in parameters]

    def grow(self, parameters: Iterable[Tensor]) -> None:
        """Zero state for the rows that parameters have got since."""
        for kept, parameter in zip(self.state, parameters, strict=True):
            for i, old in enumerate(kept):
                if old.shape != parameter.shape:
                    new = torch.zeros_like(parameter)
                    new[: len(old)] = old
                    kept[i] = new

    def whole(self, index: int, parameter: Tensor, gradient: Tensor) -> None:
        """Update all of a parameter in place."""
        parameter.sub_(self._change(self.state[index], gradient))

    def rows(self, index: int, parameter: Tensor, rows: Tensor, gradient: Tensor) -> None:
        """Update distinct rows of a parameter in place."""
        kept = [state[rows] for state in self.state[index]]
        parameter.index_put_((rows,), parameter[rows].sub_(self._change(kept, gradient)))
        for state, new in zip(self.state[index], kept, strict=True):
            state.index_put_((rows,), new)

    @abstractmethod
    def _change(self, state: list[Tensor], gradient: Tensor) -> Tensor:
        """What to subtract; the state is updated in place."""


class Adagrad(Optimiser):
    """Duchi et al. 2011; epsilon 1e-10."""

    slots = 1

    def _change(self, state: list[Tensor], gradient: Tensor) -> Tensor:
        (sums,) = state
        sums.addcmul_(gradient, gradient)
        return sums.sqrt().add_(1e-10).reciprocal_().mul_(gradient).mul_(self.learning_rate)


class Adam(Optimiser):
    """Kingma & Ba 2015; betas .9 and .999, epsilon 1e-8; bias is corrected by steps taken."""

    slots = 2

    def _change(self, state: list[Tensor], gradient: Tensor) -> Tensor:
        mean, square = state
        mean.lerp_(gradient, 0.1)
        square.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        step = max(self.steps, 1)
        root = (square / (1 - 0.999**step)).sqrt_().add_(1e-8)
        return (mean / root).mul_(self.learning_rate / (1 - 0.9**step))


#: The optimisers by the names that people give.
BY_NAME: Final[Mapping[str, Callable[[Iterable[Tensor], float], Optimiser]]] = MappingProxyType(
    {"adagrad": Adagrad, "adam": Adam}
)
