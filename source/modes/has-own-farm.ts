import fs from 'node:fs/promises';
import {configFolder} from '../config/folders.js';
import type {Host} from '../config/host.js';
import {keyFilePath} from '../config/key-file.js';

/** Whether the configuration folder has a farm key: then it belongs to a farm, and no other farm is meant where none is named. */
export const hasOwnFarm = async (
	host: Host,
	configDirectory?: string,
): Promise<boolean> => {
	const {folder} = configFolder(host, configDirectory);
	try {
		await fs.access(keyFilePath({host, folder}));
		return true;
	} catch {
		return false;
	}
};
