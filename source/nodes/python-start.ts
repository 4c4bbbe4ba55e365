/**
Runs a node's Python script with `task` in scope: a dict of the task's attributes, whose changes are sent back when the script has ended well. A file of its own before the script instead of lines at the script's top, so that line numbers in tracebacks are the author's and `from __future__` imports work.

The script runs as the module `__main__` itself, so that what it pickles is found again.
*/
export const pythonStart = `def run(module):
    import json, os, sys

    if sys.version_info < (3, 7):
        sys.exit('lifeblood: a Python script needs Python 3.7 or newer, and this is %d.%d.' % sys.version_info[:2])
    try:
        import lifeblood_connection
    except ImportError as error:
        sys.exit(
            'lifeblood: lifeblood_connection, by which changes of task are sent back, cannot be imported (%s). The '
            'worker puts its folder on PYTHONPATH: is the interpreter run with -E or -I, or PYTHONPATH set anew?' % error
        )

    with open(os.environ['LIFEBLOOD_ATTRIBUTES'], encoding='utf-8') as file:
        text = file.read()
    before = json.loads(text)
    task = json.loads(text)

    def is_same(one, other):
        try:
            return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
        except (TypeError, ValueError, RecursionError):
            # Sending it says what is wrong with it.
            return False

    def send_back():
        changed = {
            name: value for name, value in task.items() if name not in before or not is_same(before[name], value)
        }
        deleted = [name for name in before if name not in task]
        if changed or deleted:
            try:
                lifeblood_connection.set_attributes(changed, blocking=True, delete=deleted)
            except (TypeError, ValueError, lifeblood_connection.JobError) as error:
                sys.exit('lifeblood: the script ended well, but its changes of task cannot be sent back: %s' % error)

    del sys.argv[0]
    path = sys.argv[0]
    del module['run']
    module.update(__file__=path, task=task)
    with open(path, 'rb') as file:
        source = file.read()

    try:
        exec(compile(source, path, 'exec', dont_inherit=True), module)
    except SystemExit as ending:
        if ending.code in (None, 0):
            send_back()
        raise
    except Exception as error:
        # Without the lines of this file.
        error = error.with_traceback(error.__traceback__.tb_next)
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(1)
    send_back()


run(globals())
`;
