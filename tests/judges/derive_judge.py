"""Do torch, PEFT and mergekit's arithmetic give the bits that `akashi derive` says follow?

Each child is made here by torch on its CPU: casts of every 16-bit pattern and of drawn binary32, averages as
OLMo's two scripts write them, sums as Python writes them, mergekit's linear method (its present
arithmetic, and the one before 0.1.5), LoRA merges by PEFT itself, shards by transformers. Parents and
child are registered, and the command must reproduce them bit for bit, or say where not.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import torch
    from safetensors.torch import save_file
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ["AKASHI"]
BF16, F16, F32 = torch.bfloat16, torch.float16, torch.float32
NAME = {BF16: "bf16", F16: "f16", F32: "f32"}


class House:
    """A registry, and models that are put into it."""

    def __init__(self, folder):
        self.folder = folder
        home = folder / "home"
        home.mkdir()
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("AKASHI_")}
        self.env |= {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "USER": "taro", "LOGNAME": "taro"}
        self.count = 0
        self("init", folder, "--origin", "log.example/judge")

    def __call__(self, *arguments, status=0):
        done = subprocess.run([AKASHI, *map(str, arguments)], env=self.env, cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == status, f"akashi {arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def folder_for(self):
        self.count += 1
        path = self.folder / f"model-{self.count}"
        path.mkdir()
        return path

    def keep(self, tensors, config=None):
        """Register tensors as a checkpoint; its name."""
        path = self.folder_for()
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path / "model.safetensors")
        if config is not None:
            (path / "config.json").write_text(json.dumps(config))
        return self.register(path)

    def register(self, path):
        name = f"team/m{self.count}@v1"
        self("add", "checkpoint", path, name, "--no-parent")
        return name

    def derive(self, *arguments, status=0):
        return json.loads(self("derive", *arguments, "--json", status=status))

    def reproduces(self, *arguments):
        found = self.derive(*arguments)
        assert found["outcome"] == "reproduced" and found["differing"] == 0, (arguments, found)
        return found


def patterns(dtype):
    return torch.arange(65536, dtype=torch.int32).to(torch.int16).view(dtype)


def drawn(seed, *shape):
    """Numbers of very different sizes."""
    generator = torch.Generator().manual_seed(seed)
    size = torch.randint(-30, 20, shape, generator=generator).float()
    return torch.randn(shape, generator=generator) * torch.exp2(size)


def judge_casts(house):
    bits = torch.randint(-2**31, 2**31 - 1, (1 << 18,), generator=torch.Generator().manual_seed(1), dtype=torch.int64)
    borders = torch.tensor([0x477fefff, 0x477ff000, 0x33000000, 0x33000001, 0x3f808000, 0x3f818000, 0x7f7fffff, 1, 0x80008000 - 2**32])
    parents = {BF16: patterns(BF16), F16: patterns(F16),
               F32: torch.cat([bits.to(torch.int32), borders.to(torch.int32)]).view(F32)}
    nan = 0
    for origin, tensor in parents.items():
        parent = house.keep({"w": tensor, "ids": torch.arange(5), "none": torch.zeros(0, 3, dtype=origin), "one": tensor[77].clone()})
        for target in (BF16, F16, F32):
            child = house.keep({"w": tensor.to(target), "ids": torch.arange(5), "none": torch.zeros(0, 3, dtype=target),
                                "one": tensor[77].clone().to(target)})
            found = house.reproduces("cast", parent, child, "--dtype", NAME[target])
            nan += found["nan"]
            if target == origin:
                continue
            wrong = tensor.to(target)
            wrong.view(torch.int16 if target != F32 else torch.int32)[4242] ^= 1
            child = house.keep({"w": wrong, "ids": torch.arange(5), "none": torch.zeros(0, 3, dtype=target), "one": tensor[77].clone().to(target)})
            found = house.derive("cast", parent, child, "--dtype", NAME[target], status=1)
            assert "tensor 'w', element 4242 [4242]" in found["why"], found
    assert nan > 0
    return 6


def models(dtype, count):
    """In bf16 one of their tensors is longer than the pieces that are computed at a time."""
    return [{"layers.0.w": drawn(10 + i, 67, 129).to(dtype), "norm": drawn(50 + i, 33).to(dtype), "big": drawn(90 + i, 3, 1 << (20 if dtype == BF16 else 12)).to(dtype),
             "ids": torch.arange(7)} for i in range(count)]


def combine(parents, function):
    return {name: parents[0][name] if name == "ids" else function([parent[name] for parent in parents]) for name in parents[0]}


def olmo_soup(tensors):
    """allenai/OLMo: scripts/olmo_soup.py"""
    average = torch.zeros_like(tensors[0])
    for tensor in tensors:
        average += tensor / len(tensors)
    return average


def mean_f32(tensors):
    """allenai/OLMo-core: src/scripts/average_hf_safetensors.py"""
    averaged = tensors[0].to(F32, copy=True)
    for tensor in tensors[1:]:
        averaged.add_(tensor.to(F32))
    averaged.div_(len(tensors))
    return averaged.to(tensors[0].dtype)


def mergekit_linear(weights, normalize):
    """mergekit 0.1.5: merge_methods/linear.py, of a batch of one"""
    def merge(tensors):
        weight = torch.tensor([weights]).to(F32)
        shape = (1,) + (1,) * tensors[0].ndim
        result = torch.zeros_like(tensors[0].unsqueeze(0), dtype=F32)
        for tensor, coefficient in zip(tensors, weight.unbind(1)):
            result.addcmul_(tensor.unsqueeze(0), coefficient.reshape(shape))
        if normalize:
            result.div_(weight.sum(dim=1).reshape(shape))
        return result.to(tensors[0].dtype).squeeze(0)
    return merge


def mergekit_stack(weights, normalize):
    """mergekit before 0.1.5"""
    def merge(tensors):
        stack = torch.stack(tensors, dim=0)
        weight = torch.tensor(weights, dtype=stack.dtype)
        while len(weight.shape) < len(stack.shape):
            weight.unsqueeze_(-1)
        result = (weight * stack).sum(dim=0)
        return result / weight.sum(dim=0) if normalize else result
    return merge


def judge_sums(house):
    weights = [0.3, 1 / 3, -0.2, 0.7]
    given = "0.3,1/3,-0.2,0.7"
    judged = 0
    for dtype in (BF16, F16, F32):
        parents = models(dtype, 4)
        names = [house.keep(parent) for parent in parents]
        halves = [{name: tensor if name == "ids" else tensor.to(BF16) for name, tensor in parent.items()} for parent in parents]

        def check(child, *arguments):
            nonlocal judged
            house.reproduces(arguments[0], *names, house.keep(child), *arguments[1:])
            judged += 1

        check(combine(parents, mean_f32), "average")
        check(combine(parents, olmo_soup), "average", "--form", "olmo-soup")
        check(combine(parents, lambda ts: sum(w * t.float() for w, t in zip(weights, ts)).to(dtype)), "linear", "--weights", given)
        check(combine(parents, lambda ts: sum(w * t.float() for w, t in zip(weights, ts)).to(BF16)), "linear", "--weights", given, "--dtype", "bf16")
        check(combine(parents, lambda ts: sum(w * t for w, t in zip(weights, ts))), "linear", "--weights", given, "--form", "torch-sum")
        for normalize in (True, False):
            more = [] if normalize else ["--no-normalize"]
            check(combine(parents, mergekit_linear(weights, normalize)), "linear", "--weights", given, "--form", "mergekit-linear", *more)
            check(combine(parents, mergekit_stack(weights, normalize)), "linear", "--weights", given, "--form", "mergekit-stack", *more)
        # dtype: bfloat16 in mergekit's file: parents are cast before anything else.
        check(combine(halves, mergekit_linear(weights, True)), "linear", "--weights", given, "--form", "mergekit-linear", "--work", "bf16")
        check(combine(halves, olmo_soup), "average", "--form", "olmo-soup", "--work", "bf16")
    return judged


def judge_orders(house):
    """Another order of operations is noticed, and told in units of the last place."""
    parents = models(BF16, 3)
    names = [house.keep(parent) for parent in parents]
    soup = house.keep(combine(parents, olmo_soup))
    found = house.derive("average", *names, soup, status=1)
    assert "follows" in found["why"], found
    found = house.derive("average", *names, soup, "--tolerance", "4")
    assert found["outcome"] == "within" and 1 <= found["largest"] <= 4, found
    found = house.derive("average", *reversed(names), soup, "--form", "olmo-soup", status=1)
    assert found["outcome"] == "differs", found
    return found["differing"]


def judge_lora(house):
    try:
        import peft
        import transformers
    except ImportError as missing:
        print(f"skipped LoRA: {missing}")
        return []
    told = []
    cases = [("llama", F32, {}, True, False), ("llama", BF16, {}, True, False), ("llama", BF16, {"use_rslora": True}, True, True),
             ("llama", BF16, {}, False, False), ("llama", F16, {"alpha_pattern": {"layers.1.self_attn.q_proj": 5}}, True, False),
             ("llama", BF16, {"rank_pattern": {"k_proj": 3}, "modules_to_save": ["lm_head"]}, True, False),
             ("llama", F32, {"target_modules": ["embed_tokens", "v_proj"]}, True, False),
             ("gpt2", F32, {"target_modules": ["c_attn"], "fan_in_fan_out": True}, True, False)]
    for family, dtype, options, autocast, safe in cases:
        torch.manual_seed(len(told))
        if family == "llama":
            config = transformers.LlamaConfig(vocab_size=97, hidden_size=64, intermediate_size=96, num_hidden_layers=2,
                                              num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=False)
            model = transformers.LlamaForCausalLM(config).to(dtype)
        else:
            config = transformers.GPT2Config(vocab_size=97, n_embd=64, n_layer=2, n_head=4, n_positions=32)
            model = transformers.GPT2LMHeadModel(config).to(dtype)
        base = house.folder_for()
        model.save_pretrained(base)
        base = house.register(base)
        options = {"r": 8, "lora_alpha": 13, "target_modules": ["q_proj", "k_proj", "down_proj"], **options}
        tuned = peft.get_peft_model(model, peft.LoraConfig(task_type="CAUSAL_LM", **options), autocast_adapter_dtype=autocast)
        with torch.no_grad():
            for name, parameter in tuned.named_parameters():
                if parameter.requires_grad:
                    parameter.copy_(torch.randn(parameter.shape) * 0.05)
        adapter = house.folder_for()
        tuned.save_pretrained(adapter)
        adapter = house.register(adapter)
        merged = tuned.merge_and_unload(safe_merge=safe)
        child = house.folder_for()
        merged.save_pretrained(child)
        child = house.register(child)
        form = "peft-safe" if safe else "peft" if autocast else "peft-as-stored"
        # PEFT leaves the order of the product to the BLAS: one unit of the last place is what is promised.
        found = house.derive("lora", base, adapter, child, "--form", form, "--tolerance", "1" if dtype != F32 else "4")
        told.append(f"{family} {NAME[dtype]} {form}: {found['outcome']}, {found['differing']} of {found['elements']}, {found['largest']} units")
        assert found["outcome"] in ("reproduced", "within"), found
    return told


def judge_reshard(house):
    try:
        import transformers
    except ImportError as missing:
        print(f"skipped shards: {missing}")
        return 0
    torch.manual_seed(5)
    config = transformers.LlamaConfig(vocab_size=97, hidden_size=64, intermediate_size=96, num_hidden_layers=2,
                                      num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=True)
    model = transformers.LlamaForCausalLM(config)
    whole, cut = house.folder_for(), house.folder_for()
    model.save_pretrained(whole)
    model.save_pretrained(cut, max_shard_size="60KB")
    assert len(list(cut.glob("*.safetensors"))) > 1
    whole_name = "team/whole@v1"
    house("add", "checkpoint", whole, whole_name, "--no-parent")
    cut_name = house.register(cut)
    house.reproduces("reshard", whole_name, cut_name)
    # The base model alone, whose names have no "model." in front.
    inner = house.folder_for()
    model.model.save_pretrained(inner)
    inner = house.register(inner)
    house.reproduces("reshard", whole_name, inner, "--rename", "model.=")
    # A tied head that is written out is still the embedding; and is not where the configuration says so no more.
    state = {name: tensor for name, tensor in model.state_dict().items()}
    tied = house.keep({name: tensor.clone() for name, tensor in state.items()}, json.loads((whole / "config.json").read_text()))
    house.reproduces("reshard", whole_name, tied)
    house.reproduces("reshard", tied, cut_name)
    return 4


def main():
    if subprocess.run([AKASHI, "derive", "--help"], capture_output=True).returncode:
        print("skipped: this akashi has no 'derive'")
        sys.exit(77)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        house = House(pathlib.Path(folder))
        casts = judge_casts(house)
        sums = judge_sums(house)
        judge_orders(house)
        lora = judge_lora(house)
        shards = judge_reshard(house)
        verdict = json.loads(house("verify", "team/m2@v1", "--derivation", "--forward", "none", "--json", status=0))
        assert "reproduced bit for bit" in verdict["steps"][3]["text"], verdict["steps"][3]
    print(f"torch {torch.__version__}: {casts} casts, {sums} sums, {shards} re-shardings reproduced bit for bit; LoRA merges by PEFT:")
    for line in lora:
        print(f"  {line}")


if __name__ == "__main__":
    main()
