import fs from 'node:fs';
import process from 'node:process';
import type {WorkerSettings} from './settings.js';
import {diskTrouble} from './trouble.js';

/** What hinders a worker from starting anything at all. */
export type Hindrance = {
	/** For people; undefined: nothing does. */
	readonly message: () => string | undefined;
	/** Find out how it is now. */
	readonly look: () => void;
	/** Something could not be started, for a reason that is this machine's. */
	readonly found: (message: string) => void;
};

/** How often it is looked whether it is over. */
const lookMs = 2000;

/** Watches what is in the way from the moment it is found until it is over, and never otherwise. */
export const createHindrance = ({
	settings: {host, scratch_folder: scratch},
	folders,
	onChange,
	say,
}: {
	readonly settings: Pick<WorkerSettings, 'host' | 'scratch_folder'>;
	/** Where a process needs room, besides its scratch folder. */
	readonly folders: () => readonly string[];
	/** There is another one, or none any more. */
	readonly onChange: () => void;
	readonly say: (text: string) => void;
}): Hindrance => {
	let message: string | undefined;
	let timer: NodeJS.Timeout | undefined;

	const find = (): string | undefined =>
		scratchTrouble(scratch, host) ?? diskTrouble([...folders(), scratch]);

	/** Until nothing is in the way any more. */
	const lookAgain = (): void => {
		clearTimeout(timer);
		timer = setTimeout(() => {
			const before = message;
			message = find();
			if (message !== before) {
				say(message ?? 'processes can be started again');
				onChange();
			}

			if (message !== undefined) {
				lookAgain();
			}
		}, lookMs).unref();
	};

	return {
		message: () => message,
		look() {
			message = find();
			if (message === undefined) {
				return;
			}

			say(message);
			lookAgain();
		},
		found(reason) {
			if (message !== undefined) {
				return;
			}

			message = `Nothing can be started on ${host}: ${reason}`;
			say(message);
			onChange();
			lookAgain();
		},
	};
};

const scratchTrouble = (scratch: string, host: string): string | undefined => {
	try {
		fs.mkdirSync(scratch, {recursive: true, mode: 0o700});
		fs.accessSync(scratch, fs.constants.W_OK);
		const {uid} = fs.statSync(scratch);
		// In a folder for everyone's temporary files, somebody else may have made it first, to look into what we write there.
		return uid === (process.getuid?.() ?? uid)
			? undefined
			: `The scratch folder ${scratch} on ${host} belongs to another user. Set worker.scratch to a folder of your own.`;
	} catch (error) {
		return `The scratch folder ${scratch} on ${host} cannot be used: ${error instanceof Error ? error.message : String(error)}. Set worker.scratch to a folder that can.`;
	}
};
