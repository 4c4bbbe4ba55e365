import type {Clock} from '../core/clock.js';
import type {CommandContext} from './context.js';
import {localScheduler, type LocalFarm} from './local-farm.js';
import {typedProgram} from './own-program.js';
import type {RuntimeEntry} from './runtime-file.js';
import {showFarm} from './show-farm.js';
import {viewerSettings} from './viewer-settings.js';

/** The viewer before a farm of one machine. Leaving it asks what becomes of the farm; ended by a signal, or because the farm has ended, it is to be stopped. */
export const showLocalFarm = async ({
	context,
	clock,
	entry,
	first,
	over,
}: {
	readonly context: CommandContext;
	readonly clock: Clock;
	readonly entry: RuntimeEntry;
	readonly first?: Parameters<typeof showFarm>[0]['first'];
	readonly over?: Promise<unknown>;
}): Promise<'stop' | 'keep'> => {
	const answer = await showFarm({
		context,
		settings: await viewerSettings(context.flags, []),
		clock,
		find: async () => localScheduler(entry),
		...(first && {first}),
		...(over && {over}),
		leaving: {
			title: 'Leave the viewer, and',
			choices: [
				{
					label: 'stop the farm',
					note: 'what runs is ended; tasks stay as they are',
					value: 'stop',
				},
				{
					label: 'let the farm run',
					note: `\`${typedProgram()} view\` shows it again`,
					value: 'keep',
				},
			],
		},
	});
	return answer === 'keep' ? 'keep' : 'stop';
};

/** What to know of a farm that is left running. */
export const farewell = ({
	farm: {processes},
	where,
}: {
	readonly farm: Pick<LocalFarm, 'processes'>;
	/** The flag by which commands find this farm, where they need one. */
	readonly where: string;
}): string => {
	const program = typedProgram();
	const pids = processes.map(({pid}) => String(pid)).toReversed();
	return [
		'',
		'The farm is still there. Look at it:',
		`  ${program} view${where}`,
		`  ${program} graph show${where}`,
		`  ${program} group list${where}`,
		`  ${program} task list --dead${where}`,
		`  ${program} worker list${where}`,
		`Stop it: kill ${pids.join(' ')}`,
	].join('\n');
};
