"""The labelled IMDB reviews, read from the archive without unpacking it to disk."""

import tarfile


def read(archive: str) -> dict[str, tuple[list[str], list[int]]]:
    """`train` and `test`, each as texts and labels (1: positive)."""
    parts = {"train": ([], []), "test": ([], [])}
    with tarfile.open(archive, "r|gz") as entries:
        for entry in entries:
            _, part, label, *rest = (*entry.name.split("/"), "", "")
            if entry.isfile() and part in parts and label in ("pos", "neg") and rest[0]:
                texts, labels = parts[part]
                texts.append(entries.extractfile(entry).read().decode("utf-8"))
                labels.append(int(label == "pos"))
    return parts
