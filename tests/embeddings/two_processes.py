"""Started by torchrun in test_steps: trains in several processes, writes from the first."""

import sys
from pathlib import Path

import torch

from embeddings.checkpoints import save_trainer
from embeddings.processes import joined
from embeddings.tensors import Vocabulary, table_from_triples
from embeddings.train import TrainConfig, Trainer
from tests.embeddings.conftest import community_triples


def train(folder):
    torch.set_num_threads(1)
    triples, size, relations = community_triples(0)
    vocabulary = Vocabulary(
        tuple(f"urn:e{i:04d}" for i in range(size)), tuple(f"urn:r{i}" for i in range(relations))
    )
    table = table_from_triples(triples, vocabulary)
    with joined() as rank:
        for negatives in (0, 16):
            trainer = Trainer(TrainConfig(rank=4, grouped=True, negatives=negatives))
            trainer.fit(table, 2)
            if rank == 0:
                save_trainer(trainer, folder / f"{negatives}.safetensors")


if __name__ == "__main__":
    train(Path(sys.argv[1]))
