import {configFolder, dataFolder, stateFolders} from '../config/folders.js';
import {thisHost} from '../config/host.js';
import {keyFilePath} from '../config/key-file.js';
import {
	components,
	configFile,
	loadSchedulerConfig,
	loadViewerConfig,
	loadWorkerConfig,
	writeConfigTemplate,
	type Component,
	type LoadInput,
} from '../config/load.js';
import type {Origin, SettingInForce} from '../config/resolve-settings.js';
import {reasonOf} from '../config/writable-folder.js';
import {FarmError} from '../core/errors.js';
import {componentFaults} from './component-faults.js';
import type {CommandContext, ExitStatus} from './context.js';
import {tableLines} from './table.js';
import {withoutPassword} from './without-password.js';

/** `config show`, `config path` and `config init`. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	switch (context.command) {
		case 'config show': {
			return show(context);
		}

		case 'config path': {
			return path(context);
		}

		default: {
			return init(context);
		}
	}
};

const show = async ({flags, output}: CommandContext): Promise<ExitStatus> => {
	const input: LoadInput = {
		host: thisHost(),
		configDirectory: flags.text('config-dir'),
		flags: {
			scheduler: flags.text('scheduler'),
			insecure: flags.toggle('insecure'),
			'log-level': flags.text('log-level'),
		},
	};
	const faults: string[] = [];
	for (const component of components) {
		faults.push(...(await componentFaults(component, input))); // eslint-disable-line no-await-in-loop -- in order
	}

	if (faults.length > 0) {
		throw new FarmError('INVALID', faults.join('\n'));
	}

	const loaded = {
		scheduler: await loadSchedulerConfig(input),
		worker: await loadWorkerConfig(input),
		viewer: await loadViewerConfig(input),
	};
	for (const component of components) {
		for (const warning of loaded[component].warnings) {
			output.message(`lifeblood: ${warning}`);
		}
	}

	if (flags.toggle('json') === true) {
		output.printJson(
			components.flatMap((component) =>
				loaded[component].inForce.map((setting) =>
					settingJson(component, setting),
				),
			),
		);
		return 0;
	}

	for (const component of components) {
		output.print(output.paint('bold', loaded[component].file));
		const rows = loaded[component].inForce.map((setting) => [
			setting.path,
			valueText(setting.value),
			originText(setting.origin),
		]);
		const lines = tableLines(
			[
				{title: 'setting'},
				{title: 'value', shrinksTo: 20},
				{title: 'from', shrinksTo: 12},
			],
			rows,
			output.columns(),
		);
		output.print(`${lines.join('\n')}\n`);
	}

	return 0;
};

const settingJson = (
	component: Component,
	{path: setting, value, origin, description}: SettingInForce,
) => ({
	component,
	setting,
	value: typeof value === 'string' ? withoutPassword(value) : value,
	origin: origin.kind,
	from: originText(origin),
	description,
});

const valueText = (value: unknown): string =>
	withoutPassword(JSON.stringify(value));

const originText = (origin: Origin): string => {
	switch (origin.kind) {
		case 'flag': {
			return origin.flag;
		}

		case 'environment': {
			return origin.variable;
		}

		case 'file': {
			return origin.line === undefined
				? origin.file
				: `${origin.file}:${origin.line}`;
		}

		case 'default': {
			return 'default';
		}
	}
};

const path = ({flags, output}: CommandContext): ExitStatus => {
	const host = thisHost();
	const {folder, reason} = configFolder(host, flags.text('config-dir'));
	if (flags.toggle('json') === true) {
		const {root, log} = stateFolders(host);
		output.printJson({
			folder,
			reason,
			files: Object.fromEntries(
				components.map((component) => [
					component,
					configFile(folder, component),
				]),
			),
			key_file: keyFilePath({host, folder, keyFile: flags.text('key-file')}),
			state: root,
			log,
			data: dataFolder(host),
		});
	} else {
		output.print(folder);
	}

	return 0;
};

const init = async ({flags, output}: CommandContext): Promise<ExitStatus> => {
	const {folder} = configFolder(thisHost(), flags.text('config-dir'));
	const made: Array<{
		readonly file: string;
		readonly result: 'written' | 'kept';
	}> = [];
	for (const component of components) {
		const file = configFile(folder, component);
		try {
			const result = await writeConfigTemplate(folder, component); // eslint-disable-line no-await-in-loop -- in order
			made.push({file, result});
		} catch (error) {
			throw new FarmError(
				'STORAGE',
				`${file} cannot be written (${reasonOf(error)}): choose another folder with --config-dir or LIFEBLOOD_CONFIG_LOCATION.`,
				{cause: error},
			);
		}
	}

	if (flags.toggle('json') === true) {
		output.printJson(made);
	} else {
		for (const {file, result} of made) {
			output.print(
				`${file}: ${result === 'written' ? 'written' : 'was there, and is kept'}`,
			);
		}
	}

	return 0;
};
