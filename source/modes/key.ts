import {configFolder} from '../config/folders.js';
import {thisHost, type Host} from '../config/host.js';
import {
	createKeyFile,
	keyFilePath,
	readKeyFile,
	rotatedKeys,
	writeKeyFile,
	type StoredKeys,
} from '../config/key-file.js';
import {loadViewerConfig} from '../config/load.js';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {
	createFarmKey,
	fromJoinCode,
	toJoinCode,
	viewOnly,
	type FarmKey,
} from '../net/key.js';
import {openClient, type Client} from './client.js';
import type {CommandContext, ExitStatus} from './context.js';
import {runningSchedulers} from './running-schedulers.js';

/** `key show`, `key create` and `key rotate`. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	switch (context.command) {
		case 'key show': {
			return show(context);
		}

		case 'key create': {
			return create(context);
		}

		default: {
			return rotate(context);
		}
	}
};

type Place = {
	readonly host: Host;
	readonly folder: string;
	readonly file: string;
};

const placeOf = ({flags}: CommandContext): Place => {
	const host = thisHost();
	const {folder} = configFolder(host, flags.text('config-dir'));
	return {
		host,
		folder,
		file: keyFilePath({host, folder, keyFile: flags.text('key-file')}),
	};
};

const show = async (context: CommandContext): Promise<ExitStatus> => {
	const {file} = placeOf(context);
	const keys = await readKeys(context, file);
	printKey(context, {key: fromJoinCode(keys.current), file});
	return 0;
};

const create = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags, output} = context;
	const {file} = placeOf(context);
	const {isNew, warnings} = await createKeyFile(file, {
		makeKey: () => toJoinCode(createFarmKey()),
		now: systemClock.now(),
	});
	for (const warning of warnings) {
		output.message(`lifeblood: ${warning}`);
	}

	if (flags.toggle('json') === true) {
		output.printJson({file, created: isNew});
	} else {
		output.print(
			isNew
				? `The farm key was created in ${file}; \`lifeblood key show\` prints it as a join code.`
				: `There is a farm key in ${file} already; it is kept.`,
		);
	}

	return 0;
};

/** Through the scheduler where one runs or is configured, so that it accepts both keys meanwhile; else in the file, for the next start. */
const rotate = async (context: CommandContext): Promise<ExitStatus> => {
	const place = placeOf(context);
	if (await isSchedulerKnown(context, place)) {
		await using client = await openClient(context);
		return await rotateThrough(client, context, place.file);
	}

	const {flags, output} = context;
	const {file} = place;
	if (flags.toggle('view-only') === true) {
		throw new FarmError(
			'INVALID',
			'The view-only key is derived from the farm key: rotate that one, and both are new.',
		);
	}

	const keys = await readKeys(context, file);
	if (fromJoinCode(keys.current).kind === 'view') {
		throw new FarmError(
			'REFUSED',
			`${file} holds a view-only key: the farm key is changed where the full key is.`,
		);
	}

	const next = createFarmKey();
	await writeKeyFile(
		file,
		rotatedKeys(keys, {
			next: toJoinCode(next),
			now: systemClock.now(),
		}),
	);
	output.message(
		'lifeblood: no scheduler runs here; the key was changed in the file, and the next one that starts accepts the old key for a day from now',
	);
	printKey(context, {key: next, file});
	return 0;
};

const rotateThrough = async (
	client: Client,
	context: CommandContext,
	file: string,
): Promise<ExitStatus> => {
	const wantsViewOnly = context.flags.toggle('view-only') === true;
	const answer = await client.change('key.rotate', {view_only: wantsViewOnly});
	const next = fromJoinCode(answer.join_code);
	const now = systemClock.now();
	// A scheduler of this machine has written the file itself; one elsewhere has a file of its own, and ours is still the old one.
	const found = await readKeyFile(file, now);
	const code = toJoinCode(next);
	if (found.kind === 'read' && found.keys.current !== code) {
		await writeKeyFile(file, rotatedKeys(found.keys, {next: code, now}));
	}

	context.output.message(
		'lifeblood: the key was changed; the old one is accepted for a day, in which every other machine needs the new one (lifeblood join)',
	);
	printKey(context, {key: next, file});
	return 0;
};

/** Whether there is somebody to ask without listening to the network for a while. */
const isSchedulerKnown = async (
	{flags}: CommandContext,
	{host, folder}: Place,
): Promise<boolean> => {
	const {settings} = await loadViewerConfig({
		host,
		configDirectory: flags.text('config-dir'),
		flags: {scheduler: flags.text('scheduler')},
	});
	if (settings.core.scheduler !== '') {
		return true;
	}

	const running = await runningSchedulers(host);
	return running.some((entry) => entry.config_folder === folder);
};

const readKeys = async (
	{output}: CommandContext,
	file: string,
): Promise<StoredKeys> => {
	const found = await readKeyFile(file, systemClock.now());
	if (found.kind === 'absent') {
		throw new FarmError(
			'NOT_FOUND',
			`There is no farm key in ${file}: \`lifeblood join\` fetches the key of a farm, \`lifeblood key create\` makes a new one.`,
		);
	}

	for (const warning of found.warnings) {
		output.message(`lifeblood: ${warning}`);
	}

	return found.keys;
};

const printKey = (
	{flags, output}: CommandContext,
	{key, file}: {readonly key: FarmKey; readonly file: string},
): void => {
	const shown = flags.toggle('view-only') === true ? viewOnly(key) : key;
	if (flags.toggle('json') === true) {
		output.printJson({
			file,
			kind: shown.kind,
			id: shown.id,
			farm_id: shown.farmId,
			join_code: toJoinCode(shown),
		});
	} else {
		output.print(toJoinCode(shown));
	}
};
