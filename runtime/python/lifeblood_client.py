"""
Tasks from outside of jobs: create them, wait for them, look at them.

It needs Python 3.7 or newer, and the program ``lifeblood``: the one that the environment variable
LIFEBLOOD_PROGRAM names, else the one on PATH. A scheduler speaks TLS with a pre-shared key, which Python's own
``ssl`` has only since 3.13; so this module runs ``lifeblood connect`` and speaks through it. The program also
knows the farm's key, and finds the scheduler where none is named. One such process is kept for the next request,
and ends with this one.

    import lifeblood_client

    task = lifeblood_client.create_task('shot 10', 'render', attributes={'frames': [1, 2, 3]}).submit()
    if task.wait() > 0:
        print(task.state, task.state_details)

``scheduler_addr`` is ``'host:port'`` or ``('host', port)``; None: the scheduler that the program finds by itself.
"""

import atexit
import json
import math
import os
import shutil
import subprocess
import tempfile
import threading
import time
import uuid
from typing import IO, Any, Dict, List, Mapping, Optional, Tuple, Union

from lifeblood_connection import _checked

__all__ = ['NewTask', 'SchedulerError', 'Task', 'create_task', 'get_task_by_id', 'get_tasks_by_name']

Address = Union[str, Tuple[str, int], None]


class SchedulerError(RuntimeError):
    """
    The scheduler could not do what was asked, or could not be asked. ``code`` is the farm's word for why:
    ``UNREACHABLE``, ``REFUSED`` (wrong or no farm key), ``NOT_FOUND``, ``INVALID``, ``CONFLICT``, ...
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Task:
    """A task of the farm. What it is like is asked for when it is first looked at, and again by ``refresh``."""

    def __init__(self, task_id: int, scheduler_addr: Address = None, fields: Optional[Dict[str, Any]] = None) -> None:
        self._id = int(task_id)
        self._scheduler_addr = scheduler_addr
        self._known = fields

    @property
    def id(self) -> int:
        """Its number."""
        return self._id

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._fields()['name'])

    @property
    def state(self) -> str:
        """``waiting``, ``ready``, ``in_progress``, ``done``, ``error``, ``dead``, ..."""
        return str(self._fields()['state'])

    @property
    def state_details(self) -> Optional[Dict[str, Any]]:
        """Why it is in error or blocked: ``reason``, a word, and ``message``, a sentence; else None."""
        return self._fields()['state_details']  # type: ignore[no-any-return]

    @property
    def node(self) -> str:
        """The name of the node that it is in."""
        return str(self._fields()['node'])

    @property
    def parent_id(self) -> Optional[int]:
        """The task that spawned it, or None."""
        return self._fields()['parent_id']  # type: ignore[no-any-return]

    @property
    def progress(self) -> Optional[float]:
        """What its process says: 0 to 100, or None."""
        return self._fields()['progress']  # type: ignore[no-any-return]

    def get_attributes(self) -> Dict[str, Any]:
        """Its attributes as they are now."""
        self.refresh()
        return self._fields()['attributes']  # type: ignore[no-any-return]

    def refresh(self) -> None:
        """Asks anew what it is like."""
        self._known = _ask(self._scheduler_addr, 'task.get', {'id': self._id})

    def wait(self, timeout: Optional[float] = None) -> int:
        """
        Waits until it and all that it spawned or was split into are at rest, and looks at it again.

        :param timeout: seconds; None: as long as it takes. Over this time: ``TimeoutError``.
        :return: how many of them are in error; 0: all went well.
        """
        end = None if timeout is None else time.monotonic() + timeout

        def params() -> Dict[str, Any]:
            left = {} if end is None else {'timeout_s': max(0.001, end - time.monotonic())}
            return dict(left, ids=[self._id])

        answer = _ask(self._scheduler_addr, 'task.wait', params)
        self.refresh()
        if not answer['at_rest']:
            raise TimeoutError('Task {} is not at rest after {} s: it is {}.'.format(self._id, timeout, self.state))
        return int(answer['errors'])

    def _fields(self) -> Dict[str, Any]:
        if self._known is None:
            self.refresh()
        return self._known  # type: ignore[return-value]

    def __repr__(self) -> str:
        return 'Task({})'.format(self._id)


class NewTask:
    """A task that is not yet on the farm."""

    def __init__(self, scheduler_addr: Address, node: Union[int, str], params: Dict[str, Any]) -> None:
        self._scheduler_addr = scheduler_addr
        self._node = node
        self._params = params

    def submit(self) -> Task:
        """
        Creates the task, once, also where the connection is lost meanwhile; returns when it is durable. Called again,
        it creates another one.

        :raises SchedulerError: ``NOT_FOUND`` where there is no such node; ``UNREACHABLE``; ``REFUSED``
        """
        node = self._node
        name = _node_name(self._scheduler_addr, node) if isinstance(node, int) else node
        # By its id, the scheduler knows a request again that is repeated.
        params = dict(self._params, node=name, request_id=str(uuid.uuid4()))
        return Task(_ask(self._scheduler_addr, 'task.submit', params)['id'], self._scheduler_addr)


def create_task(
    name: str,
    node_id_or_name: Union[int, str],
    scheduler_addr: Address = None,
    attributes: Optional[Mapping[str, Any]] = None,
    env_resolver_name: Optional[str] = None,
    env_arguments: Optional[Mapping[str, Any]] = None,
    priority: float = 50.0,
) -> NewTask:
    """
    Prepares a task; ``submit()`` creates it, in a group of its own.

    :param node_id_or_name: the node that it begins in.
    :param scheduler_addr: see the top of this module.
    :param attributes: what JSON can hold, as in ``lifeblood_connection``.
    :param env_resolver_name: the resolver that makes the environment of its processes. None: the worker's own, or,
        where there are ``env_arguments``, ``standard``.
    :param env_arguments: what that resolver is told: ``{'package.blender': '~=3.4'}``.
    :param priority: the priority that it is to have on the farm, higher ones first. A group has 50, to which a
        task's own priority is added; so the task is created with the difference to 50 as its own.
    """
    own_priority = float(priority) - _USUAL_PRIORITY
    if not math.isfinite(own_priority):
        raise ValueError('priority is a number, and this is {!r}.'.format(priority))
    params: Dict[str, Any] = {
        'name': name,
        'attributes': _checked(attributes or {}, 'attribute'),
        'priority': own_priority,
    }
    if env_resolver_name is not None or env_arguments is not None:
        params['environment'] = {
            'resolver': 'standard' if env_resolver_name is None else env_resolver_name,
            'arguments': _checked(env_arguments or {}, 'resolver argument'),
        }
    return NewTask(scheduler_addr, node_id_or_name, params)


def get_task_by_id(task_id: int, scheduler_addr: Address = None) -> Task:
    """
    The task of this id.

    :raises SchedulerError: ``NOT_FOUND`` where there is none.
    """
    task = Task(task_id, scheduler_addr)
    task.refresh()
    return task


def get_tasks_by_name(name: str, scheduler_addr: Address = None, dead: bool = True) -> List[Task]:
    """
    The tasks of exactly this name, by their ids; those of archived groups are left out.

    :param dead: those too that have ended for good.
    """
    pattern = ''.join('[{}]'.format(letter) if letter in '*?[' else letter for letter in name)
    tasks: List[Task] = []
    after = 0
    while True:
        answer = _ask(
            scheduler_addr,
            'task.list',
            {'filter': {'name': pattern, 'dead': dead}, 'limit': 1000, 'after': after},
        )
        listed = answer['tasks']
        tasks += [Task(fields['id'], scheduler_addr, fields) for fields in listed if fields['name'] == name]
        if not answer['more'] or not listed:
            return tasks
        after = listed[-1]['id']


# From here on: how it is done.

_USUAL_PRIORITY = 50.0
# How long a scheduler is waited for that was there and went away, as for a restart.
_PATIENCE_S = 120.0
_STATUS_CODES = {2: 'INVALID', 3: 'UNREACHABLE', 4: 'REFUSED'}
_CODES = {-32700: 'BAD_MESSAGE', -32600: 'BAD_MESSAGE', -32601: 'VERSION', -32602: 'INVALID'}


class _Ended(SchedulerError):
    """The program ended before it brought an answer."""

    def __init__(self, message: str, code: str, was_connected: bool) -> None:
        super().__init__(message, code)
        self.was_connected = was_connected


class _Connection:
    """A ``lifeblood connect`` that runs: a request, its answer, the next request."""

    def __init__(self, address: Optional[str]) -> None:
        program = os.environ.get('LIFEBLOOD_PROGRAM') or shutil.which('lifeblood')
        if program is None:
            raise SchedulerError(
                'The program lifeblood, through which this module speaks, is not on PATH: install it, or name '
                'its file in the environment variable LIFEBLOOD_PROGRAM.',
                'INVALID',
            )
        command = [program, 'connect'] + ([] if address is None else ['--scheduler', address])
        self._errors = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
            )
        except OSError as error:
            self._errors.close()
            raise SchedulerError('{} cannot be started: {}.'.format(program, error), 'INVALID') from error
        self._stdin: IO[bytes] = self._process.stdin  # type: ignore[assignment]
        self._stdout: IO[bytes] = self._process.stdout  # type: ignore[assignment]
        self._count = 0
        self._was_connected = False

    def ask(self, method: str, params: Mapping[str, Any]) -> Dict[str, Any]:
        self._count += 1
        line = json.dumps(
            {'jsonrpc': '2.0', 'id': self._count, 'method': method, 'params': params},
            allow_nan=False,
            separators=(',', ':'),
        )
        try:
            self._stdin.write(line.encode('ascii') + b'\n')
            self._stdin.flush()
        except OSError:
            # It has ended, and says below why.
            pass
        while True:
            answer = self._stdout.readline()
            if not answer.endswith(b'\n'):
                raise self._end()
            message = json.loads(answer.decode('utf-8'))
            self._was_connected = True
            if message.get('id') not in (self._count, None) or 'method' in message:
                continue
            if 'error' in message:
                error = message['error']
                code = (error.get('data') or {}).get('code')
                raise SchedulerError(
                    str(error.get('message')), str(code or _CODES.get(error.get('code'), 'INTERNAL'))
                )
            return message['result']  # type: ignore[no-any-return]

    def is_usable(self) -> bool:
        return self._process.poll() is None

    def close(self, patience: float) -> None:
        """:param patience: seconds that the program may take to end by itself."""
        try:
            self._stdin.close()
        except OSError:
            pass
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stdout.close()
        self._errors.close()

    def _end(self) -> _Ended:
        status = self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode('utf-8', 'replace').strip().splitlines()
        last = lines[-1] if lines else 'it ended with the exit status {}.'.format(status)
        prefix = 'lifeblood: '
        return _Ended(
            last[len(prefix) :] if last.startswith(prefix) else last,
            _STATUS_CODES.get(status, 'CLOSED' if self._was_connected else 'INTERNAL'),
            self._was_connected,
        )


class _Pool:
    """Connections that are kept for the next request, by the scheduler's address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: Dict[Optional[str], List[_Connection]] = {}

    def ask(self, address: Optional[str], method: str, params: Mapping[str, Any]) -> Dict[str, Any]:
        connection = self._take(address)
        is_sound = False
        try:
            answer = connection.ask(method, params)
            is_sound = True
            return answer
        except SchedulerError as error:
            is_sound = not isinstance(error, _Ended)
            raise
        finally:
            # After an interruption its answer may be still to come.
            if not is_sound or not self._give_back(address, connection):
                connection.close(0 if not is_sound else 5)

    def close(self) -> None:
        with self._lock:
            connections = [connection for free in self._free.values() for connection in free]
            self._free = {}
        for connection in connections:
            connection.close(5)

    def _take(self, address: Optional[str]) -> _Connection:
        while True:
            with self._lock:
                free = self._free.get(address, [])
                connection = free.pop() if free else None
            if connection is None:
                connection = _Connection(address)
                try:
                    # To know from here on that there is a scheduler, also if it goes away before the first answer.
                    connection.ask('ping', {})
                except BaseException:
                    connection.close(0)
                    raise
                return connection
            if connection.is_usable():
                return connection
            connection.close(0)

    def _give_back(self, address: Optional[str], connection: _Connection) -> bool:
        with self._lock:
            free = self._free.setdefault(address, [])
            if len(free) >= 2:
                return False
            free.append(connection)
            return True


_pool = _Pool()


def _begin_anew() -> None:
    """After a fork: the programs are the parent's."""
    global _pool
    _pool = _Pool()


if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_begin_anew)
atexit.register(lambda: _pool.close())


def _ask(scheduler_addr: Address, method: str, params: Any) -> Dict[str, Any]:
    """
    Nothing that is asked here does harm when it is asked twice; so it is asked again where a scheduler that was
    there goes away, as it does when it is started again.

    :param params: or a function that makes them
    """
    address = _address_text(scheduler_addr)
    deadline: Optional[float] = None
    while True:
        try:
            return _pool.ask(address, method, params() if callable(params) else params)
        except _Ended as error:
            now = time.monotonic()
            if error.was_connected:
                deadline = now + _PATIENCE_S
            if deadline is None or now >= deadline or error.code not in ('UNREACHABLE', 'CLOSED'):
                raise SchedulerError(str(error), error.code) from None
        time.sleep(0.5)


def _address_text(scheduler_addr: Address) -> Optional[str]:
    if scheduler_addr is None or isinstance(scheduler_addr, str):
        return scheduler_addr
    host, port = scheduler_addr
    return '{}:{}'.format('[{}]'.format(host) if ':' in host else host, int(port))


def _node_name(scheduler_addr: Address, node_id: int) -> str:
    for node in _ask(scheduler_addr, 'node.list', {})['nodes']:
        if node['id'] == node_id:
            return str(node['name'])
    raise SchedulerError('There is no node with the id {}.'.format(node_id), 'NOT_FOUND')
