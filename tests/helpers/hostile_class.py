"""A class of sixty files: forty as students hand them in, twenty that attack whoever judges them."""

from __future__ import annotations

import textwrap
from pathlib import Path

PROGRAMS = Path(__file__).parents[1] / "programs"
RIGHT = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def backprop(weights, biases, x, y):
    a = [x]
    for w, b in zip(weights, biases):
        a.append(sigmoid(w @ a[-1] + b[:, None]))
    delta = (a[-1] - y) * a[-1] * (1 - a[-1]) / x.shape[1]
    nabla_w, nabla_b = [delta @ a[-2].T], [delta.sum(axis=1)]
    for l in range(2, len(weights) + 1):
        delta = (weights[-l + 1].T @ delta) * a[-l] * (1 - a[-l])
        nabla_w.insert(0, delta @ a[-l - 1].T)
        nabla_b.insert(0, delta.sum(axis=1))
    return nabla_w, nabla_b
"""
MISTAKES = (
    (" * a[-l] * (1 - a[-l])", "", ("BP2",)),
    ("delta.sum(axis=1))", "2 * delta.sum(axis=1))", ("BP3",)),
    ("weights[-l + 1].T @ delta", "-weights[-l + 1].T @ delta", ("BP2",)),
    ("nabla_w.insert(0, delta @ a[-l - 1].T)", "nabla_w.insert(0, 3 * delta @ a[-l - 1].T)", ("BP4",)),
)
"""What is edited, and the equations that are wrong then."""
PIPES = """
import os
def pipes():
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2 and os.readlink(f"/proc/self/fd/{name}").startswith("pipe:"):
                yield int(name)
        except OSError:
            pass
"""
ATTACKS = {
    "stops_its_parent": "import os, signal; os.kill(os.getppid(), signal.SIGSTOP)",
    "kills_its_parent": "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    "kills_everything": "import os, signal; os.kill(-1, signal.SIGKILL)",
    "leaves_at_once": "import os; os._exit(0)",
    "exits": "raise SystemExit(0)",
    "sleeps": "import time; time.sleep(10**6)",
    "spins": "while True: pass",
    "eats_memory": "x = bytearray(1 << 34)",
    "recurses": "def f(): f()\nf()",
    "prints_without_end": "while True: print('x' * 10**6)",
    "leaves_a_process": "import subprocess, sys\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)",
    "forges_a_failure": PIPES + 'for fd in pipes(): os.write(fd, b\'{"fails": "x"}\\n\')\nos._exit(0)',
    "forges_an_answer": PIPES + "for fd in pipes(): os.write(fd, b'{\"done\": true}\\n')\nos._exit(0)",
    "forges_no_json": PIPES + "for fd in pipes(): os.write(fd, b'[[[[[[[[{\\n')",
    "forges_depth": PIPES + "for fd in pipes(): os.write(fd, b'[' * 10**6 + b'\\n')",
    "closes_all": "import os\nos.closerange(0, 256)",
    "escapes_of_a_terminal": "raise ValueError('\\x1b[2J\\u202e %0A::error::pwned <script>')",
    "is_no_python": "def backprop(:",
    "has_no_text": "\x00\x01\x02",
    "writes_a_huge_file": "open('huge', 'wb').write(bytes(1 << 30))",
}


WHOLE = ("is_no_python", "has_no_text")
"""These are the whole file; the others attack when they are called."""
HARMLESS = (
    "stops_its_parent", "kills_its_parent", "kills_everything", "leaves_a_process", "forges_no_json", "closes_all",
)  # fmt: skip
"""Where these reach nobody, what follows them is right."""


def attacking(name: str) -> str:
    """A right submission that first attacks, or whatever stands for one."""
    if name in WHOLE:
        return ATTACKS[name]
    body = textwrap.indent(ATTACKS[name], "    ")
    return f"def attack():\n{body}\n{RIGHT}".replace("    a = [x]\n", "    attack()\n    a = [x]\n")


def write(folder: Path) -> dict[str, tuple[str, ...] | None]:
    """Write the class; by name the equations that are wrong, none of the right ones, None for those that attack."""
    expected: dict[str, tuple[str, ...] | None] = {}

    def add(name: str, text: str, wrong: tuple[str, ...] | None) -> None:
        (folder / f"{name}.py").write_text(text, "utf-8")
        expected[f"{name}.py"] = wrong

    for number in range(24):
        add(f"right_{number:02}", RIGHT.replace("delta", f"delta_{number}"), ())
    for number in range(16):
        old, new, wrong = MISTAKES[number % len(MISTAKES)]
        assert old in RIGHT
        add(f"wrong_{number:02}", RIGHT.replace(old, new).replace("sigmoid", f"squash_{number}"), wrong)
    for name in ATTACKS:
        add(f"attack_{name}", attacking(name), None)
    return expected
