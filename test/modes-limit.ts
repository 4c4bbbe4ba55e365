import test from 'ava';
import {startCannedScheduler} from './helpers/canned-scheduler.js';
import {runCommand, stdoutOf} from './helpers/run-command.js';

test('a limit is set, listed and deleted', async (t) => {
	const limit = {name: 'houdini-engine', total: 5, in_use: 2};
	const scheduler = await startCannedScheduler({
		'limit.set': () => limit,
		'limit.list': () => ({limits: [limit]}),
		'limit.delete': () => ({}),
	});
	const at = ['--scheduler', scheduler.address, '--insecure'];
	t.like(await runCommand(['limit', 'set', 'houdini-engine', '5', ...at]), {
		status: 0,
		stdout: 'houdini-engine: 2 of 5 in use\n',
	});
	t.is(
		await stdoutOf(['limit', 'list', ...at]),
		'LIMIT           IN USE  TOTAL\nhoudini-engine       2      5\n',
	);
	t.deepEqual(JSON.parse(await stdoutOf(['limit', 'list', '--json', ...at])), [
		limit,
	]);
	t.like(await runCommand(['limit', 'delete', 'houdini-engine', ...at]), {
		status: 0,
	});
	t.like(await runCommand(['limit', 'set', 'x', '-1']), {status: 2});
	t.like(await runCommand(['limit', 'set', 'x', '1.5']), {status: 2});
	await scheduler.stop();
});
