/**
Runs a node's Python script with `task` in scope: a dict of the task's attributes. A file of its own before the script instead of lines at the script's top, so that line numbers in tracebacks are the author's and `from __future__` imports work.
*/
export const pythonStart = `import json, os, runpy, sys

with open(os.environ['LIFEBLOOD_ATTRIBUTES'], encoding='utf-8') as file:
    task = json.load(file)

del sys.argv[0]
runpy.run_path(sys.argv[0], {'task': task}, '__main__')
`;
