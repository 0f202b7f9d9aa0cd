// Files outlive an interpreter: what one session leaves in the working directory must not become code, or settings, of
// the next by itself. Each writes what a session would leave, and then does what any later one does.

import { type Probe, python } from "../probe";

const taint = (title: string, code: string, rest = {}): Probe =>
  python("realms", title, `import os, sys\n${code.trim()}`, { spoils: true, ...rest });

const module = (name: string, write: string): string => `
assert '${name}' not in sys.modules
${write}
import importlib
importlib.invalidate_caches()
import ${name}
getattr(${name}, 'taken', 'its own')`;

export const TAINT: Probe[] = [
  taint(
    "a file with the name of a module of the standard library",
    module("wave", `open('wave.py', 'w').write("taken = 'won {{label}}'")`),
  ),
  taint(
    "a folder with the name of a module of the standard library",
    module("colorsys", `os.makedirs('colorsys')\nopen('colorsys/__init__.py', 'w').write("taken = 'won {{label}}'")`),
  ),
  taint(
    "byte-code with the name of a module of the standard library",
    module(
      "stringprep",
      `
import py_compile
open('source.txt', 'w').write("taken = 'won {{label}}'")
py_compile.compile('source.txt', 'stringprep.pyc')`,
    ),
  ),
  taint(
    "a file with the name of a package that is loaded when it is imported",
    module("tabulate", `open('tabulate.py', 'w').write("taken = 'won {{label}}'")`),
  ),
  taint(
    "metadata of a package that libraries ask for their parts",
    `
os.makedirs('evil-1.dist-info')
open('evil-1.dist-info/METADATA', 'w').write('Name: evil\\nVersion: 1\\n')
open('evil-1.dist-info/entry_points.txt', 'w').write('[networkx.backends]\\nevil = evil_part:taken\\n')
open('evil_part.py', 'w').write("taken = 'won {{label}}'")
from importlib.metadata import entry_points
next((part.load() for part in entry_points(group='networkx.backends') if part.name == 'evil'), 'none')`,
  ),
  taint(
    "settings that matplotlib reads from the working directory",
    `
open('matplotlibrc', 'w').write('savefig.directory: won {{label}}')
import importlib, matplotlib
importlib.reload(matplotlib)
matplotlib.rcParams['savefig.directory']`,
    { packages: ["matplotlib"] },
  ),
];
