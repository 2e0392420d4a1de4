"""The outputs object of a model over probes."""
from . import families, records


def compute(config, tensors, probes, states=None):
    """The object; a list given as `states` gets the boundaries [L+1][n][D] of each probe."""
    model = families.make(config, tensors)
    entries = []
    for ids in probes:
        boundaries, logits = model.run(ids)
        if states is not None:
            states.append(boundaries)
        entries.append(records.probe_entry(ids, boundaries, logits, boundaries[-1]))
    kind = "logits" if model.causal else "encoder"
    return records.outputs_object(kind, model.layers, model.hidden, model.vocabulary, entries)
