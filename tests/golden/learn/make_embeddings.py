"""Writes vectors.vec, vectors.bin and similar.json beside itself: what gensim writes and says.

    pip install gensim==4.4.0
    python tests/golden/learn/make_embeddings.py
"""

import json
import pathlib

import numpy as np
from gensim.models import KeyedVectors

HERE = pathlib.Path(__file__).parent
WORDS = "king man woman queen prince 재미/NNG 재밌/VA 좋/VA 영화/NNG 극장/NNG don't naïve".split()

vectors = KeyedVectors(6)
numbers = np.random.default_rng(5).normal(size=(len(WORDS), 6)).astype(np.float32)
vectors.add_vectors(WORDS, numbers)
vectors.save_word2vec_format(HERE / "vectors.vec")
vectors.save_word2vec_format(HERE / "vectors.bin", binary=True)
# What was written is what is asked: text holds fewer digits.
vectors = KeyedVectors.load_word2vec_format(HERE / "vectors.bin", binary=True)


def told(pairs):
    return [[word, round(float(cosine), 6)] for word, cosine in pairs]


similar = {word: told(vectors.most_similar(word, topn=4)) for word in ["king", "재미/NNG"]}
analogy = told(vectors.most_similar(positive=["woman", "king"], negative=["man"], topn=4))
text = json.dumps({"similar": similar, "analogy": analogy}, ensure_ascii=False, indent=1)
(HERE / "similar.json").write_text(text + "\n", encoding="utf-8")
