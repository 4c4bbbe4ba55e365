import type {Host} from '../config/host.js';
import {createPackagesFile} from '../config/write-packages.js';
import {packagesFile} from '../config/packages.js';
import {packagesFound} from '../worker/software/scan-software.js';
import {counted} from './human.js';
import {scanHere} from './scan-here.js';

/** Write the packages of a machine that has no file of them, from a look at its software. Gives a sentence on what was found; undefined where somebody else has written one meanwhile. */
export const writeFirstPackages = async ({
	folder,
	host,
	signal,
}: {
	/** Of the configuration. */
	readonly folder: string;
	readonly host: Host;
	readonly signal: AbortSignal;
}): Promise<string | undefined> => {
	const scan = await scanHere(host, signal);
	const isWritten = await createPackagesFile(folder, packagesFound(scan));
	const names = [...new Set(scan.found.map(({name}) => name))];
	return isWritten
		? `There was no ${packagesFile(folder)}; it was written with what was found: ${names.length === 0 ? 'nothing' : `${counted(scan.found.length, 'version')} of ${names.join(', ')}`}.`
		: undefined;
};
