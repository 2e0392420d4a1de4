"""The outputs object of a model over probes."""
from . import families, records


def compute(config, tensors, probes):
    model = families.make(config, tensors)
    entries = []
    for ids in probes:
        boundaries, logits = model.run(ids)
        entries.append(records.probe_entry(ids, boundaries, logits, boundaries[-1]))
    kind = "logits" if model.causal else "encoder"
    return records.outputs_object(kind, model.layers, model.hidden, model.vocabulary, entries)
