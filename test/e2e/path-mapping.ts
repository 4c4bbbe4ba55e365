import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {
	createFarm,
	type FarmProcess,
	type SchedulerDaemon,
} from '../helpers/farm-process.js';
import {until} from '../helpers/until.js';

/** A worker whose machine has the storage at another place than the farm says. */
const workerElsewhere = async (
	farm: FarmProcess,
	{
		scheduler: {server},
		name,
		place,
	}: {
		readonly scheduler: SchedulerDaemon;
		readonly name: string;
		readonly place: string;
	},
): Promise<void> => {
	const config = path.join(farm.folder, `config-${name}`);
	fs.cpSync(path.join(farm.folder, 'config'), config, {recursive: true});
	fs.mkdirSync(path.join(config, 'worker'), {recursive: true});
	fs.writeFileSync(
		path.join(config, 'worker', 'config.toml'),
		String.raw`[worker]
groups = ["${name}"]
[invocation]
path_attributes = ["file", "*_path"]
[path_mapping]
"/farm/storage" = "${place}"
'P:\projects' = "${place}"
`,
	);
	await farm.worker({
		name,
		flags: ['--scheduler', `${server.host}:${server.port}`],
		environment: {LIFEBLOOD_CONFIG_LOCATION: config},
	});
};

/** A node whose process, on a worker of this group, copies a file from one place to another, both as the farm has them. */
const copier = (group: string, [from, to]: readonly [string, string]) => ({
	type: 'command',
	parameters: {
		command: [
			{arg: 'sh'},
			{arg: '-c'},
			{
				arg: [
					'set -e',
					'from=$1; cat "$(printf %s "$from" | cut -c8-)" "$LBATTR_file" > "$2"',
					'echo "$SEARCH" >> "$2"',
					// What the job interface says is in the words of this machine.
					'[ "$(lifeblood job attr get file)" = "$LBATTR_file" ]',
					`lifeblood job attr set ${group}_path="$(dirname "$2")/made" ${group}_note="$(dirname "$2")"`,
				].join('\n'),
			},
			{arg: 'sh'},
			{arg: `--from=${from}`},
			{arg: to},
		],
		environment: [{name: 'SEARCH', value: '/farm/storage/lib:/usr/lib'}],
		cwd: '/farm/storage/work',
		worker_groups: group,
	},
});

test.serial(
	'workers that have the same storage at different places work on the same files, and the farm keeps to one language',
	async (t) => {
		const farm = createFarm(t);
		// One folder under two names, as two machines mount it.
		const storage = path.join(farm.folder, 'storage');
		fs.mkdirSync(path.join(storage, 'work'), {recursive: true});
		const places = {
			left: storage,
			right: path.join(farm.folder, 'mounted elsewhere'),
		};
		fs.symlinkSync(storage, places.right);
		fs.writeFileSync(path.join(storage, 'begin'), 'begin\n');
		fs.writeFileSync(path.join(storage, 'scene'), 'scene\n');
		const scheduler = await farm.scheduler();
		await workerElsewhere(farm, {scheduler, name: 'left', place: places.left});
		await workerElsewhere(farm, {
			scheduler,
			name: 'right',
			place: places.right,
		});
		await farm.graph(
			{
				first: copier('left', ['/farm/storage/begin', '/farm/storage/middle']),
				second: copier('right', [
					String.raw`p:\Projects\middle`,
					'P:/projects/end',
				]),
			},
			['first -> second'],
		);
		const id = await farm.submit('first', {
			attributes: {file: '/farm/storage/scene'},
		});
		await until(
			async () => {
				const {state, node} = await farm.task(id);
				return state === 'error' || (state === 'done' && node === 'second')
					? true
					: undefined;
			},
			{what: 'the task to be through', within: 20_000},
		);
		t.deepEqual([await farm.state(id), await farm.message(id)], ['done', '']);
		t.is(
			fs.readFileSync(path.join(storage, 'end'), 'utf8'),
			`begin\nscene\n${places.left}/lib:/usr/lib\nscene\n${places.right}/lib:/usr/lib\n`,
		);
		const {attributes} = await farm.task(id);
		t.deepEqual(attributes, {
			file: '/farm/storage/scene',
			left_path: '/farm/storage/made',
			left_note: places.left,
			right_path: '/farm/storage/made',
			// Not chosen, so it stays what the machine said.
			right_note: places.right,
		});
	},
);
