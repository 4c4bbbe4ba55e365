import {FarmError} from '../core/errors.js';
import {openClient, type Client} from './client.js';
import type {CommandContext, ExitStatus, Mode} from './context.js';

export type Subcommand = (input: {
	readonly context: CommandContext;
	readonly client: Client;
}) => Promise<ExitStatus>;

/** A mode of which every subcommand, by its last word, asks a scheduler. */
export const subcommands =
	(handlers: Readonly<Record<string, Subcommand>>): Mode['run'] =>
	async (context) => {
		const word = context.command.split(' ').at(-1) ?? '';
		const handler = Object.hasOwn(handlers, word) ? handlers[word] : undefined;
		if (handler === undefined) {
			throw new FarmError(
				'INTERNAL',
				`The command table knows "${context.command}", but nothing does it.`,
			);
		}

		await using client = await openClient(context);
		return await handler({context, client});
	};
