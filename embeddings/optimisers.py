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
from torch.optim.adam import adam


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
        self._update(parameter, self.state[index], gradient)

    def rows(self, index: int, parameter: Tensor, rows: Tensor, gradient: Tensor) -> None:
        """Update distinct rows of a parameter in place."""
        tables = [parameter, *self.state[index]]
        own, *kept = parts = [table.index_select(0, rows) for table in tables]
        self._update(own, kept, gradient)
        for table, part in zip(tables, parts, strict=True):
            table.index_copy_(0, rows, part)

    @abstractmethod
    def _update(self, parameter: Tensor, state: list[Tensor], gradient: Tensor) -> None:
        """Update a parameter and its state in place."""


class Adagrad(Optimiser):
    """Duchi et al. 2011; epsilon 1e-10."""

    slots = 1

    def _update(self, parameter: Tensor, state: list[Tensor], gradient: Tensor) -> None:
        (sums,) = state
        sums.addcmul_(gradient, gradient)
        pace = sums.sqrt().add_(1e-10).reciprocal_()
        parameter.sub_(pace.mul_(gradient).mul_(self.learning_rate))


class Adam(Optimiser):
    """Kingma & Ba 2015; betas .9 and .999, epsilon 1e-8; bias is corrected by steps taken."""

    slots = 2

    def _update(self, parameter: Tensor, state: list[Tensor], gradient: Tensor) -> None:
        mean, square = state
        # torch counts the step that it takes, from a count that it keeps beside the parameter.
        taken = torch.tensor(float(max(self.steps, 1) - 1), device=parameter.device)
        with torch.no_grad():
            adam(
                [parameter],
                [gradient],
                [mean],
                [square],
                [],
                [taken],
                fused=True,
                amsgrad=False,
                beta1=0.9,
                beta2=0.999,
                lr=self.learning_rate,
                weight_decay=0.0,
                eps=1e-8,
                maximize=False,
            )


#: The optimisers by the names that people give.
BY_NAME: Final[Mapping[str, Callable[[Iterable[Tensor], float], Optimiser]]] = MappingProxyType(
    {"adagrad": Adagrad, "adam": Adam}
)
