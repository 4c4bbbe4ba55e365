"""
What a job can ask of the farm while it runs.

A worker puts this module on PYTHONPATH for every process that it starts. It needs Python 3.7 or newer
and nothing else, and may be called from several threads.

Calls that are not blocking are carried out in the background, in the order in which they were made, and
are waited for before the interpreter ends. Where one of them fails, that is said on standard error at
once; if nobody asks for its outcome (``AsyncOperation.wait`` or
``wait_for_currently_running_async_operations``), the interpreter ends with the exit status 120, which is
also what Python itself ends with where its last steps fail. Nothing is waited for where a process does
not end as a Python program does: by ``os._exit``, by ``os.exec...`` or by a signal.

Attributes are what JSON can hold: strings, numbers, ``True``, ``False``, ``None``, lists, and dicts with
strings as keys. A tuple becomes a list. Anything else is an error that names the attribute, and so are
whole numbers beyond 2**53, which the farm could not keep exactly.
"""

import atexit
import base64
import collections
import collections.abc
import errno
import json
import math
import os
import select
import socket
import struct
import sys
import threading
import time
import uuid
from typing import (
    Any,
    Callable,
    Deque,
    Dict,
    Generic,
    Iterable,
    List,
    Mapping,
    Optional,
    Tuple,
    TypeVar,
    Union,
)

__all__ = [
    'AsyncOperation',
    'EnvironmentResolverArguments',
    'JobError',
    'MessageReceiveFuture',
    'MessageReceiveTimeout',
    'MessageSendError',
    'NotInJobError',
    'create_task',
    'delete_attributes',
    'generate_addressee',
    'get_attributes',
    'get_free_tcp_port',
    'get_host_ip',
    'get_my_invocation_id',
    'message_to_invocation_receive',
    'message_to_invocation_send',
    'set_attributes',
    'set_progress',
    'wait_for_currently_running_async_operations',
]


class JobError(RuntimeError):
    """
    The farm could not do what was asked. ``code`` is its word for why: ``INVALID``, ``NOT_FOUND``,
    ``CONFLICT``, ``REFUSED``, ``UNREACHABLE``, ``CLOSED``, ``TIMEOUT``, ``INTERNAL``, ...
    """

    def __init__(self, message: str, code: str = 'INTERNAL') -> None:
        super().__init__(message)
        self.code = code


class NotInJobError(JobError):
    """This process was not started by a worker, or its environment was taken away."""

    def __init__(self, variable: str) -> None:
        super().__init__(
            'This process is not a job of a lifeblood worker: the environment variable {} is not set. '
            'Outside of jobs, use lifeblood_client.'.format(variable),
            'INVALID',
        )


class MessageSendError(JobError):
    """
    The message was not taken. ``outcome`` is ``receiver-timeout`` where the receiver runs, but did not
    wait for this addressee in time; and ``not-running`` where it has finished, or never was.
    """

    def __init__(self, message: str, outcome: str) -> None:
        super().__init__(message, 'TIMEOUT' if outcome == 'receiver-timeout' else 'NOT_FOUND')
        self.outcome = outcome


class MessageReceiveTimeout(JobError):
    """No message came in time."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 'TIMEOUT')


class _WorkerAway(JobError):
    """The worker could not be connected to, or ended the connection before it answered."""

    def __init__(self, message: str, was_asked: bool) -> None:
        super().__init__(message, 'CLOSED' if was_asked else 'UNREACHABLE')
        self.was_asked = was_asked


class EnvironmentResolverArguments:
    """
    The environment that a task's processes run in: the name of a resolver, and its arguments, as in
    ``EnvironmentResolverArguments('standard', {'package.blender': '~=3.4'})``. Without a name it is the
    worker's own resolver.
    """

    def __init__(
        self, resolver_name: Optional[str] = None, arguments: Optional[Mapping[str, Any]] = None
    ) -> None:
        self._resolver_name = resolver_name
        self._arguments = dict(arguments or {})

    def name(self) -> Optional[str]:
        """The resolver's name."""
        return self._resolver_name

    def arguments(self) -> Dict[str, Any]:
        """What the resolver is told."""
        return self._arguments

    def __repr__(self) -> str:
        return 'EnvironmentResolverArguments({!r}, {!r})'.format(self._resolver_name, self._arguments)


_Result = TypeVar('_Result')


class AsyncOperation(Generic[_Result]):
    """A call that is carried out in the background."""

    def __init__(self, what: str, carry_out: Callable[[], _Result]) -> None:
        self._what = what
        self._carry_out = carry_out
        self._done = threading.Event()
        self._result: Optional[_Result] = None
        self._error: Optional[BaseException] = None

    def is_done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._done.is_set()

    def wait(self, timeout: Optional[float] = None) -> _Result:
        """
        Waits for the end. Returns what the blocking call would return, and raises what it would raise.

        :param timeout: seconds; None: as long as it takes. Over this time: ``TimeoutError``.
        """
        if not self._done.wait(timeout):
            raise TimeoutError('{} is not done after {} s.'.format(self._what, timeout))
        if self._error is not None:
            _background.forgive(self)
            raise self._error
        return self._result  # type: ignore[return-value]

    def _run(self) -> None:
        try:
            self._result = self._carry_out()
        except BaseException as error:
            self._error = error


class MessageReceiveFuture(AsyncOperation[Tuple[int, bytes]]):
    """A message that is waited for in the background, in a thread and on a connection of its own."""

    def __init__(self, addressee: str, timeout: Optional[float]) -> None:
        self._connection: Optional[_Connection] = None
        self._lock = threading.Lock()
        self._is_cancelled = False
        receive = _receiver(addressee, timeout, self._ask)
        super().__init__('message_to_invocation_receive({!r})'.format(addressee), receive)

    def cancel(self) -> bool:
        """
        Gives up waiting; ``wait`` raises ``MessageReceiveTimeout`` from then on. False: too late, it is done.
        """
        with self._lock:
            if self.is_done():
                return False
            self._is_cancelled = True
            if self._connection is not None:
                self._connection.interrupt()
        return True

    def _ask(self, method: str, params: str) -> Dict[str, Any]:
        connection = None
        try:
            connection = _Connection()
            with self._lock:
                self._connection = connection
                if self._is_cancelled:
                    connection.interrupt()
            return connection.ask(method, params)
        except _WorkerAway:
            if self._is_cancelled:
                raise MessageReceiveTimeout('Waiting for the message was given up.') from None
            raise
        finally:
            with self._lock:
                self._connection = None
            if connection is not None:
                connection.close()


def create_task(
    name: Optional[str],
    attributes: Mapping[str, Any],
    env_arguments: Union[EnvironmentResolverArguments, Mapping[str, Any], None] = None,
    blocking: bool = False,
    output: str = 'spawned',
) -> Union[int, 'AsyncOperation[int]']:
    """
    Creates a task, a child of this job's task, that leaves this job's node.

    :param name: None: the same as that of this job's task.
    :param attributes: the new task's attributes; it inherits none.
    :param env_arguments: the environment for its processes; a dict is the arguments of the ``standard``
        resolver. None: as this job's task has it.
    :param blocking: wait until the task is there.
    :param output: the output of the node that it leaves by.
    :return: the task's id if blocking, else an operation whose ``wait()`` returns it.
    """
    params: Dict[str, Any] = {
        'attributes': _checked_attributes(attributes),
        'output': output,
        'request_id': _request_id(),
    }
    if name is not None:
        params['name'] = name
    if env_arguments is not None:
        params['environment'] = _environment(env_arguments)
    ask = _prepare('job.spawn', params)
    operation = AsyncOperation('create_task({!r})'.format(name), lambda: int(ask()['id']))
    if blocking:
        return _background.now(operation)
    _background.later(operation)
    return operation


def set_attributes(
    attribs: Mapping[str, Any], blocking: bool = False, delete: Iterable[str] = ()
) -> Optional['AsyncOperation[None]']:
    """
    Sets attributes of this job's task; others stay as they are. ``None`` is a value like any other: to
    take attributes away, use ``delete_attributes`` or ``delete``.

    :param attribs: the values are taken as they are now, also where this is not blocking.
    :param blocking: wait until it is durable.
    :param delete: names of attributes to take away; up to 10,000 of them in the same step.
    :return: None if blocking, else an operation that may be waited for.
    """
    names = _names(delete)
    values = _checked_attributes(attribs)
    # No request takes more names: what is set goes with the first of them.
    asks = [
        _prepare(
            'job.set_attributes',
            {
                'set': values if start == 0 else {},
                'delete': names[start : start + _MOST_NAMES],
                'request_id': _request_id(),
            },
        )
        for start in range(0, max(1, len(names)), _MOST_NAMES)
    ]

    def carry_out() -> None:
        for ask in asks:
            ask()

    words = ', '.join(repr(name) for name in list(attribs) + names)
    operation = AsyncOperation('set_attributes({})'.format(words), carry_out)
    if blocking:
        _background.now(operation)
        return None
    _background.later(operation)
    return operation


def delete_attributes(names: Iterable[str], blocking: bool = False) -> Optional['AsyncOperation[None]']:
    """
    Takes attributes of this job's task away. Those that are not there are passed over.

    :param names: a single string is one name.
    :param blocking: wait until it is durable.
    :return: None if blocking, else an operation that may be waited for.
    """
    return set_attributes({}, blocking, names)


def get_attributes() -> Dict[str, Any]:
    """
    The attributes of this job's task as they are now, all that this process has set before included.
    The variable LIFEBLOOD_ATTRIBUTES names a file with those that it had when this job began.
    """
    ask = _prepare('job.get_attributes', {})
    operation = AsyncOperation('get_attributes()', lambda: ask()['attributes'])
    return _background.now(operation)


def set_progress(percent: Optional[float], status: Optional[str] = None) -> None:
    """
    Says how far this job is. It may be said as often as you like: the worker passes one report a second on.
    Where the worker cannot be reached, that is said on standard error, and the job goes on.

    :param percent: 0 to 100; what is beyond is cut. None: leave it as it is.
    :param status: one line for people, of which 2000 characters are kept. None: leave it; empty: none any more.
    """
    params: Dict[str, Any] = {}
    if percent is not None:
        number = float(percent)
        if math.isnan(number):
            raise ValueError('percent must be a number from 0 to 100, and this is NaN.')
        params['percent'] = min(100.0, max(0.0, number))
    if status is not None:
        params['status'] = status[:2000]
    text = _params_text(params)
    try:
        _pool.ask('job.progress', text)
    except _WorkerAway as error:
        _tell('the progress could not be told: {}'.format(error))


def message_to_invocation_send(
    invocation_id: int,
    addressee: str,
    message: bytes,
    addressee_timeout: Optional[float] = None,
) -> None:
    """
    Sends a message to another running job, and returns when that has taken it.

    :param invocation_id: the receiver's, as its ``get_my_invocation_id`` says it.
    :param addressee: what the receiver calls the place where it waits for the message.
    :param message: at most 4 MiB.
    :param addressee_timeout: seconds to wait for a receiver that runs and does not wait for the message yet.
        None: 90.
    :raises MessageSendError: it was not taken; ``outcome`` says why.
    """
    if not isinstance(message, (bytes, bytearray, memoryview)):
        raise TypeError('A message is bytes, and this is {}: encode it first.'.format(_type_name(message)))
    data = bytes(message)
    if len(data) > _LARGEST_MESSAGE:
        raise ValueError(
            'A message has at most 4 MiB, and this one has {} bytes: put it into a file that both jobs '
            'can read, and send its path.'.format(len(data))
        )
    params = {
        'to': int(invocation_id),
        'addressee': addressee,
        'data': base64.b64encode(data).decode('ascii'),
    }
    if addressee_timeout is not None:
        params['timeout_s'] = _seconds(addressee_timeout, 'addressee_timeout')
    answer = _prepare('job.send', params)()
    if answer['outcome'] != 'taken':
        raise MessageSendError(answer['message'], answer['outcome'])


def message_to_invocation_receive(
    addressee: str, timeout: Optional[float] = None, blocking: bool = True
) -> Union[Tuple[int, bytes], MessageReceiveFuture]:
    """
    Waits for a message from another job.

    :param addressee: what senders must call it; ``generate_addressee`` makes one that nobody else has.
    :param timeout: seconds. None: as long as this job runs.
    :param blocking: False: returns at once a future, whose ``wait`` returns the same. The interpreter does not
        end before a message has come, the time is over, or the future's ``cancel`` was called.
    :return: the sender's invocation id, and the message.
    :raises MessageReceiveTimeout: none came in time.
    """
    if not blocking:
        future = MessageReceiveFuture(addressee, timeout)
        _background.start_receiver(future)
        return future
    return _receiver(addressee, timeout, lambda method, params: _pool.ask(method, params))()


def get_my_invocation_id() -> int:
    """The id by which other jobs can send messages to this one."""
    return int(_variable('LIFEBLOOD_RUNTIME_IID'))


def generate_addressee() -> str:
    """A name for an addressee that nobody else has."""
    return str(uuid.uuid4())


def get_host_ip() -> str:
    """
    An address of this machine by which others can reach it: that of the interface which leads to other
    networks, else of the first one that is not loopback; 127.0.0.1 where there is none.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Sends nothing: it only asks the system for the way. The address is reserved for documentation.
            probe.connect(('192.0.2.1', 9))
            return str(probe.getsockname()[0])
        except OSError:
            pass
        for address in _interface_addresses(probe):
            return address
    try:
        named = socket.gethostbyname(socket.gethostname())
    except OSError:
        named = '127.0.0.1'
    return '127.0.0.1' if named.startswith('127.') else named


def get_free_tcp_port(ip: str, starting_at: int = 20001) -> int:
    """
    The first TCP port from ``starting_at`` on that is free on this address of this machine. It is not
    reserved: another program may take it before you do.

    :raises OSError: the address is not of this machine, or no port is free.
    """
    family = socket.AF_INET6 if ':' in ip else socket.AF_INET
    for port in range(starting_at, 65536):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((ip, port))
                return port
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
    raise OSError('No TCP port from {} on is free on {}.'.format(starting_at, ip))


def wait_for_currently_running_async_operations() -> None:
    """
    Waits for all that was begun in the background until now, messages that are waited for included.

    :raises JobError: what the first of them failed with, unless its own ``wait`` has said so already.
    """
    _background.wait_for_all()


# From here on: how it is done.

_LARGEST_INTEGER = 2**53
_MOST_NAMES = 10_000
_DEEPEST = 200
_LARGEST_LINE = 8 * 1024 * 1024
_LARGEST_MESSAGE = 4 * 1024 * 1024
_LONGEST_WAIT_S = 31 * 24 * 3600.0
# How long a worker that is away is waited for.
_PATIENCE_S = 30.0


class _Connection:
    """One connection to the worker's job interface: a request, its answer, the next request."""

    def __init__(self) -> None:
        place = _variable('LIFEBLOOD_RUNTIME_SCHEDULER_ADDR')
        host, _, port = place.rpartition(':')
        host = host.strip('[]')
        # Not by socket.create_connection: that looks for a codec, which may never be found in a process that was
        # forked while another thread was looking for it.
        self._socket = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET, socket.SOCK_STREAM)
        try:
            # To a port of the same machine, where nobody is slow to answer.
            self._socket.settimeout(30)
            self._socket.connect((host, int(port)))
            self._socket.settimeout(None)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, ValueError) as error:
            self._socket.close()
            raise _WorkerAway(
                'The worker of this job cannot be reached at {}: {}.'.format(place, error), False
            ) from error
        self._place = place
        self._rest = bytearray()
        self._count = 0

    def ask(self, method: str, params: str) -> Dict[str, Any]:
        """:param params: JSON"""
        self._count += 1
        line = '{{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}}\n'.format(self._count, method, params)
        try:
            self._socket.sendall(line.encode('ascii'))
            while True:
                message = self._read()
                if 'method' in message:
                    self._answer(message)
                elif 'error' in message and message.get('id') in (self._count, None):
                    error = message['error']
                    code = (error.get('data') or {}).get('code')
                    raise JobError(str(error.get('message')), str(code or _CODES.get(error.get('code'), 'INTERNAL')))
                elif message.get('id') == self._count:
                    return message['result']  # type: ignore[no-any-return]
        except OSError as error:
            raise _WorkerAway(
                'The connection to the worker at {} broke: {}.'.format(self._place, error), True
            ) from error

    def is_usable(self) -> bool:
        """Between requests nothing comes but a question whether this side is alive, or the end."""
        try:
            if hasattr(select, 'poll'):
                poll = select.poll()
                poll.register(self._socket, select.POLLIN)
                return not poll.poll(0)
            return not select.select([self._socket], [], [], 0)[0]
        except (OSError, ValueError):
            return False

    def interrupt(self) -> None:
        """Lets another thread, which waits for an answer, fail."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self) -> None:
        self._socket.close()

    def _answer(self, message: Dict[str, Any]) -> None:
        if message.get('method') == 'ping' and 'id' in message:
            answer = json.dumps({'jsonrpc': '2.0', 'id': message['id'], 'result': {}})
            self._socket.sendall(answer.encode('ascii') + b'\n')

    def _read(self) -> Dict[str, Any]:
        searched = 0
        while True:
            end = self._rest.find(b'\n', searched)
            if end >= 0:
                line = bytes(self._rest[:end])
                del self._rest[: end + 1]
                return json.loads(line.decode('utf-8'))  # type: ignore[no-any-return]
            searched = len(self._rest)
            piece = self._socket.recv(262144)
            if not piece:
                raise _WorkerAway(
                    'The worker at {} closed the connection before it answered.'.format(self._place), True
                )
            self._rest += piece


_CODES = {-32700: 'BAD_MESSAGE', -32600: 'BAD_MESSAGE', -32601: 'VERSION', -32602: 'INVALID'}


class _Pool:
    """Connections that are kept for the next call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: List[_Connection] = []

    def ask(self, method: str, params: str) -> Dict[str, Any]:
        connection = self._take()
        keep = False
        try:
            answer = connection.ask(method, params)
            keep = True
            return answer
        finally:
            # After any failure, an interruption in the middle included, nobody knows what is still to come on it.
            if keep and len(self._free) < 4:
                with self._lock:
                    self._free.append(connection)
            else:
                connection.close()

    def _take(self) -> _Connection:
        while True:
            with self._lock:
                connection = self._free.pop() if self._free else None
            if connection is None:
                return _Connection()
            if connection.is_usable():
                return connection
            connection.close()


def _patiently(ask: Callable[[], Dict[str, Any]], may_repeat: bool) -> Dict[str, Any]:
    """
    A worker may be started again while its jobs run on; then it listens at the same place. What does no harm when it
    is asked twice is asked again; anything else only where it was not asked yet.
    """
    deadline = 0.0
    while True:
        begun = time.monotonic()
        try:
            return ask()
        except _WorkerAway as error:
            now = time.monotonic()
            if deadline == 0.0 or now - begun > _PATIENCE_S:
                deadline = now + _PATIENCE_S
            if now >= deadline or (error.was_asked and not may_repeat):
                raise JobError(str(error), error.code) from None
        time.sleep(0.1)


class _Background:
    """
    Carries operations out one after the other: in a thread that lives as long as there are any, or in the caller's
    own where it waits anyway. The thread is not a daemon: so the interpreter itself waits for it, in processes of
    multiprocessing too.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: Deque[AsyncOperation[Any]] = collections.deque()
        self._is_running = False
        self._current: Optional[AsyncOperation[Any]] = None
        self._failed: List[AsyncOperation[Any]] = []
        self._receivers: List[MessageReceiveFuture] = []
        self._is_ending = False

    def later(self, operation: 'AsyncOperation[_Result]') -> None:
        if not threading.main_thread().is_alive():
            # The interpreter is ending and waits for no new thread.
            try:
                self.now(operation)
            except BaseException as error:
                operation._error = error
                self._note_failure(operation)
            finally:
                operation._done.set()
            return
        with self._changed:
            self._queue.append(operation)
            must_start = not self._is_running
            self._is_running = True
        if must_start:
            self._start()

    def now(self, operation: 'AsyncOperation[_Result]') -> _Result:
        """Behind all that was begun before."""
        with self._changed:
            is_own = not self._is_running
            if is_own:
                self._is_running = True
            else:
                self._queue.append(operation)
        if not is_own:
            operation._done.wait()
            self.forgive(operation)
            if operation._error is not None:
                raise operation._error
            return operation._result  # type: ignore[return-value]
        try:
            return operation._carry_out()
        finally:
            with self._changed:
                self._is_running = len(self._queue) > 0
                must_start = self._is_running
            if must_start:
                self._start()

    def start_receiver(self, future: MessageReceiveFuture) -> None:
        def run() -> None:
            future._run()
            with self._changed:
                self._receivers.remove(future)
            if future._error is not None and not isinstance(future._error, MessageReceiveTimeout):
                self._note_failure(future)
            future._done.set()

        thread = threading.Thread(target=run, name='lifeblood receive')
        thread.daemon = False
        with self._changed:
            self._receivers.append(future)
        try:
            thread.start()
        except BaseException:
            with self._changed:
                self._receivers.remove(future)
            raise

    def wait_for_all(self) -> None:
        with self._changed:
            current = [] if self._current is None else [self._current]
            operations = current + list(self._queue) + list(self._receivers)
        for operation in operations:
            operation._done.wait()
        with self._changed:
            failed = self._failed
            self._failed = []
        if failed:
            raise failed[0]._error  # type: ignore[misc]

    def forgive(self, operation: 'AsyncOperation[Any]') -> None:
        """Its failure was told to whoever asked for it."""
        with self._changed:
            if operation in self._failed:
                self._failed.remove(operation)

    def at_exit(self) -> None:
        with self._changed:
            self._is_ending = True
            count = len(self._failed)
            # The interpreter has waited for them, unless that was interrupted.
            unfinished = len(self._queue) + (0 if self._current is None else 1)
            self._failed = []
        if unfinished > 0:
            _tell('{} in the background did not come to an end'.format(_calls(unfinished)))
        if count > 0:
            _tell('{} in the background failed, and nobody asked for the outcome'.format(_calls(count)))
        if count + unfinished > 0:
            _fail_at_end()

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name='lifeblood')
        # Not as the thread that starts it, which may be one.
        thread.daemon = False
        try:
            thread.start()
        except RuntimeError:
            # No threads any more, at the end of the interpreter or of the machine's strength.
            self._work()

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._queue:
                    self._is_running = False
                    return
                operation = self._queue.popleft()
                self._current = operation
            operation._run()
            if operation._error is not None:
                self._note_failure(operation)
            with self._changed:
                self._current = None
            operation._done.set()

    def _note_failure(self, operation: 'AsyncOperation[Any]') -> None:
        with self._changed:
            self._failed.append(operation)
            is_ending = self._is_ending
        _tell('{} in the background failed: {}'.format(operation._what, operation._error))
        if is_ending:
            _fail_at_end()


_pool = _Pool()
_background = _Background()


def _begin_anew() -> None:
    """After a fork: threads, locks and connections are the parent's."""
    global _pool, _background
    _pool = _Pool()
    _background = _Background()


if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_begin_anew)
atexit.register(lambda: _background.at_exit())


def _prepare(method: str, params: Dict[str, Any]) -> Callable[[], Dict[str, Any]]:
    """Everything is checked and written down now, whenever it is sent."""
    _variable('LIFEBLOOD_RUNTIME_SCHEDULER_ADDR')
    text = _params_text(params)
    if len(text) > _LARGEST_LINE - 256:
        raise ValueError(
            'This is {:.1f} MiB as JSON, and a message to the farm has at most 8 MiB: put it into a file, and '
            "the file's path into an attribute.".format(len(text) / 1024 / 1024)
        )
    # A message that was taken already would be taken again.
    return lambda: _patiently(lambda: _pool.ask(method, text), method != 'job.send')


def _params_text(params: Dict[str, Any]) -> str:
    # The token comes first: a worker takes a long line only from whoever has shown it.
    shown = {'token': _variable('LIFEBLOOD_RUNTIME_TOKEN')}
    return json.dumps(dict(shown, **params), allow_nan=False, separators=(',', ':'))


def _variable(name: str) -> str:
    value = os.environ.get(name, '')
    if value == '':
        raise NotInJobError(name)
    return value


def _receiver(
    addressee: str, timeout: Optional[float], ask: Callable[[str, str], Dict[str, Any]]
) -> Callable[[], Tuple[int, bytes]]:
    limit = None if timeout is None or timeout == math.inf else _seconds(timeout, 'timeout')
    # The token too is looked up now: outside of a job, whoever calls is told.
    first = {'addressee': addressee, 'token': _variable('LIFEBLOOD_RUNTIME_TOKEN')}

    def receive() -> Tuple[int, bytes]:
        end = None if limit is None else time.monotonic() + limit

        def ask_for_the_rest() -> Dict[str, Any]:
            left = {} if end is None else {'timeout_s': max(0.0, end - time.monotonic())}
            return ask('job.receive', json.dumps(dict(first, **left)))

        answer = _patiently(ask_for_the_rest, True)
        if answer['outcome'] != 'received':
            raise MessageReceiveTimeout('No message to {!r} came within {} s.'.format(addressee, timeout))
        return int(answer['from']), base64.b64decode(answer['data'])

    return receive


def _seconds(value: float, what: str) -> float:
    seconds = float(value)
    if math.isnan(seconds) or seconds < 0:
        raise ValueError('{} is a number of seconds from 0 on, and this is {!r}.'.format(what, value))
    return min(seconds, _LONGEST_WAIT_S)


def _environment(
    env_arguments: Union[EnvironmentResolverArguments, Mapping[str, Any]]
) -> Dict[str, Any]:
    if isinstance(env_arguments, EnvironmentResolverArguments):
        resolver = env_arguments.name() or ''
        arguments: Mapping[str, Any] = env_arguments.arguments()
    else:
        resolver, arguments = 'standard', env_arguments
    return {'resolver': resolver, 'arguments': _checked(arguments, 'resolver argument')}


def _request_id() -> str:
    """By which a request is known again that is repeated."""
    return str(uuid.uuid4())


def _names(names: Iterable[str]) -> List[str]:
    listed = [names] if isinstance(names, str) else list(names)
    for name in listed:
        if not isinstance(name, str):
            raise TypeError('The name of an attribute is a string, and {!r} is none.'.format(name))
    return listed


def _checked_attributes(attributes: Mapping[str, Any]) -> Dict[str, Any]:
    return _checked(attributes, 'attribute')


def _checked(values: Mapping[str, Any], what: str) -> Dict[str, Any]:
    if not isinstance(values, collections.abc.Mapping):
        raise TypeError('A dict of {}s is expected, and this is {}.'.format(what, _type_name(values)))
    for name, value in values.items():
        if not isinstance(name, str):
            raise TypeError('The name of an {} is a string, and {!r} is none.'.format(what, name))
        _check_json(value, 'The {} {!r}'.format(what, name), 0)
    return dict(values)


def _check_json(value: Any, where: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError('{} is nested deeper than {} levels, or in itself.'.format(where, _DEEPEST))
    if value is None or isinstance(value, (str, bool)):
        return
    if isinstance(value, int):
        if abs(value) > _LARGEST_INTEGER:
            raise ValueError(
                '{} is {}, and the farm keeps whole numbers up to 2**53 only: make it a string.'.format(where, value)
            )
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError('{} is {!r}, which JSON cannot hold: make it a string or None.'.format(where, value))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            _check_json(item, '{}[{}]'.format(where, index) if depth < 8 else where, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(
                    '{} has the key {!r}, and JSON has only strings as keys.'.format(where, key)
                )
            _check_json(item, '{}[{!r}]'.format(where, key) if depth < 8 else where, depth + 1)
    else:
        raise TypeError(
            '{} is {}, which JSON cannot hold: make it a string, a number, a list or a dict.'.format(
                where, _type_name(value)
            )
        )


def _type_name(value: Any) -> str:
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == 'builtins' else '{}.{}'.format(kind.__module__, kind.__qualname__)
    return '{} {}'.format('an' if name[0] in 'aeiou' else 'a', name)


def _interface_addresses(probe: socket.socket) -> List[str]:
    try:
        import fcntl
    except ImportError:
        return []
    addresses = []
    for _, name in socket.if_nameindex():
        try:
            # SIOCGIFADDR of Linux; elsewhere it is refused.
            answer = fcntl.ioctl(probe.fileno(), 0x8915, struct.pack('256s', name.encode()[:15]))
        except OSError:
            continue
        address = socket.inet_ntoa(answer[20:24])
        if not address.startswith('127.'):
            addresses.append(address)
    return addresses


def _calls(count: int) -> str:
    return 'one call' if count == 1 else '{} calls'.format(count)


def _tell(text: str) -> None:
    try:
        print('lifeblood_connection: {}'.format(text), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        # Nobody is there to be told.
        pass


class _FailingStream:
    """
    Standard error, with a last flush that fails: for Python this is a failure in its last steps, which ends it with
    the exit status 120 and skips none of the others.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def flush(self, is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        if self._stream is not None:
            self._stream.flush()
        if is_finalizing():
            raise OSError('Calls of lifeblood_connection in the background failed.')


def _fail_at_end() -> None:
    if not isinstance(sys.stderr, _FailingStream):
        sys.stderr = _FailingStream(sys.stderr)
