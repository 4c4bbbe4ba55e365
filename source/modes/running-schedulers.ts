import type {Host} from '../config/host.js';
import {usableStateFolders} from '../config/usable-state.js';
import {readRuntimeFiles, type RuntimeEntry} from './runtime-file.js';

/** The schedulers of this machine and user, found where a scheduler leaves word: in the folder for state that can be used. */
export const runningSchedulers = async (
	host: Host,
): Promise<readonly RuntimeEntry[]> => {
	const {folders} = await usableStateFolders(host);
	return readRuntimeFiles(folders.run);
};
