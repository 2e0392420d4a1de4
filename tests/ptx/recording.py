"""Launches that the CUDA backend made while its operations were recorded (recorder.h), for the interpreter to run again."""
import json
import subprocess

from common import BUILD, FAILED, check, np, ptx

POISON = np.frombuffer(bytes.fromhex("a57fa57f"), np.uint8)  # of the fake device's fresh memory, 0x7fa57fa5


def record(scratch):
    """The recorded cases as (name, [event]). The recording program compared every result with the CPU backend's bits."""
    tool, out = BUILD / "tests" / "ptx_cases", scratch / "cases.jsonl"
    done = subprocess.run([tool, out], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{tool.name}: {done.stderr.strip() or done.returncode}")
    cases = []
    for line in out.read_text().splitlines():
        event = json.loads(line)
        if "case" in event:
            cases.append((event["case"], []))
        elif cases:
            cases[-1][1].append(event)
    return cases


def modules():
    """The PTX that ships, by the name of its file."""
    return {path.stem: ptx.parse_file(path) for path in sorted((BUILD / "cuda").glob("*.ptx"))}


class Replay:
    """A device on which a case happens again, its kernels run by the interpreter."""

    def __init__(self, modules, name):
        self.modules, self.name = modules, name
        self.memory = ptx.GlobalMemory()
        self.launches = []  # (file, kernel)
        self.differs = []   # what differed from what is expected

    def run(self, events, **limits):
        for event in events:
            getattr(self, next(key for key in ("new", "free", "put", "copy", "launch", "expect", "hold") if key in event))(event, limits)
        return self

    def new(self, event, _):
        self.memory.allocate(f"memory {len(self.memory.allocations)}", event["size"], address=event["new"])

    def free(self, event, _):
        self.memory.free(event["free"])

    def put(self, event, _):
        self.memory.put(event["put"], bytes.fromhex(event["bytes"]))

    def copy(self, event, _):
        if not self.memory.written(event["from"], event["size"]).all():
            self.differs.append("a copy on the device of what nobody wrote")
        self.memory.put(event["copy"], self.memory.get(event["from"], event["size"]))

    def launch(self, event, limits):
        self.launches.append((event["file"], event["launch"]))
        ptx.launch(self.modules[event["file"]], event["launch"], event["grid"], event["block"],
                   [bytes.fromhex(event["parameters"])], self.memory, **limits)

    def expect(self, event, _):
        want = bytes.fromhex(event["bytes"])
        if not self.memory.written(event["expect"], len(want)).all():
            self.differs.append("a copy to the host of what nobody wrote")
        self.compare(event["expect"], want)

    def hold(self, event, _):
        """A whole memory: what no kernel wrote is still what the fake device filled it with."""
        want = np.frombuffer(bytes.fromhex(event["bytes"]), np.uint8)
        written = self.memory.written(event["hold"], len(want))
        fresh = np.resize(POISON, len(want))
        if (want != fresh)[~written].any():
            self.differs.append("bytes that the compiled kernels leave alone, and the same text compiled for the host writes")
        got = np.frombuffer(self.memory.get(event["hold"], len(want)), np.uint8)
        self.compare(event["hold"], np.where(written, want, got).tobytes())

    def compare(self, address, want):
        got = self.memory.get(address, len(want))
        if got != want:
            at = next(i for i in range(len(want)) if got[i] != want[i]) // 4 * 4
            self.differs.append(f"{self.memory.describe(address + at)}: {got[at:at + 4][::-1].hex()} instead of {want[at:at + 4][::-1].hex()}")


def replayed(modules, name, events):
    """Run a case again; what is wrong is reported as checks. The kernels that it launched."""
    replay = Replay(modules, name)
    try:
        replay.run(events)
    except ptx.Fault as fault:
        check(f"{name}: {fault}", False)
    if replay.differs:
        check(f"{name}, {', '.join(sorted({kernel for _, kernel in replay.launches}))}: {replay.differs[0]}", False)
    return replay.launches


__all__ = ["FAILED", "Replay", "modules", "record", "replayed"]
