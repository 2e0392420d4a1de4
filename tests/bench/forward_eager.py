"""forward_eager.py FOLDER COUNT LENGTH THREADS: one pass of transformers, float32, eager attention, every logit.

Prints "load CLOCK PROCESSOR" and "pass CLOCK PROCESSOR" in seconds.
"""
import os, resource, sys, time

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging

logging.disable_progress_bar()
folder, count, length, threads = sys.argv[1], *map(int, sys.argv[2:])
torch.set_num_threads(threads)


def now():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.monotonic(), used.ru_utime + used.ru_stime


def said(what, begin):
    end = now()
    print(what, round(end[0] - begin[0], 1), round(end[1] - begin[1], 1), flush=True)


begin = now()
model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
said("load", begin)
ids = torch.randint(0, model.config.vocab_size, (count, length), generator=torch.Generator().manual_seed(1))
with torch.inference_mode():
    model(ids[:1, :16])
    begin = now()
    logits = model(ids, use_cache=False).logits
    said("pass", begin)
assert logits.shape == (count, length, model.config.vocab_size) and logits.dtype == torch.float32
