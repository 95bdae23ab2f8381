#!/usr/bin/env python3
"""Makes golden.json by another implementation of the same model, from a folder with its weights:

    pip install sentence-transformers
    python3 golden.py FOLDER > golden.json
"""

import json
import sys

from sentence_transformers import SentenceTransformer

TEXTS = [
    "The river is over its banks again.",
    "There is a flood.",
    "We've got about sixty thousand set aside for this year.",
    "hello",
    "",
    "Grüße aus Ålesund — 25,000 runs, naïve café 水 🌊 [SEP] it's done!",
    "supercalifragilisticexpialidocious",
    # More than 256 tokens.
    " ".join(f"basin {k} holds {k * k} litres of water;" for k in range(80)),
]

model = SentenceTransformer(sys.argv[1], device="cpu")
model.max_seq_length = 256
vectors = model.encode(TEXTS, normalize_embeddings=True)
numbers = lambda vector: [round(float(value), 6) for value in vector]
print(json.dumps(
    {
        "texts": [{"text": text, "first": numbers(vector[:6])} for text, vector in zip(TEXTS, vectors)],
        "cosines": [numbers(row) for row in vectors @ vectors.T],
    },
    ensure_ascii=False,
    indent=1,
))
