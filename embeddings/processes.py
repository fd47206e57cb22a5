"""Several processes that train one model, started by ``torchrun``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import distributed


@contextmanager
def joined() -> Iterator[int]:
    """Join the processes that torchrun started; gives this one's rank, 0 where it is alone.

    NCCL where there is a GPU for every local process, gloo elsewhere. Every process must make
    the same trainer and fit the same table; they then hold the same model.
    """
    if not (distributed.is_available() and distributed.is_torchelastic_launched()):
        yield 0
        return
    local = distributed.get_node_local_rank(0)
    if torch.cuda.is_available() and local < torch.cuda.device_count():
        torch.cuda.set_device(local)
        distributed.init_process_group("nccl")
    else:
        distributed.init_process_group("gloo")
    try:
        yield distributed.get_rank()
    finally:
        distributed.destroy_process_group()
