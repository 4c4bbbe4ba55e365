import {stateFolders, stateFoldersIn, type StateFolders} from './folders.js';
import type {Host} from './host.js';
import {writableFolder} from './writable-folder.js';

/** The folders for state, as `stateFolders`; where they cannot be written, others under the system's folder for temporary files, with a warning. They are the same ones for every process of this user. */
export const usableStateFolders = async (
	host: Host,
): Promise<{
	readonly folders: StateFolders;
	readonly warning: string | undefined;
}> => {
	const folders = stateFolders(host);
	const {folder, warning} = await writableFolder(
		folders.root,
		'the folder for state',
	);
	return {
		folders: folder === folders.root ? folders : stateFoldersIn(host, folder),
		warning,
	};
};
