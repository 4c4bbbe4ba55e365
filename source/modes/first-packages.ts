import type {Host} from '../config/host.js';
import {createPackagesFile} from '../config/write-packages.js';
import {packagesFile} from '../config/packages.js';
import {reasonOf} from '../config/writable-folder.js';
import type {Packages} from '../core/packages.js';
import {packagesFound} from '../worker/software/scan-software.js';
import {counted} from './human.js';
import {scanHere} from './scan-here.js';

type FirstPackages = {
	readonly packages: Packages;
	/** What came of writing them, in a sentence; undefined where somebody else has written the file meanwhile. */
	readonly told: string | undefined;
};

/** Look for the software of a machine that has no file of packages, and write one. */
export const writeFirstPackages = async ({
	folder,
	host,
	signal,
}: {
	/** Of the configuration. */
	readonly folder: string;
	readonly host: Host;
	readonly signal: AbortSignal;
}): Promise<FirstPackages> => {
	const scan = await scanHere(host, signal);
	const packages = packagesFound(scan);
	const file = packagesFile(folder);
	const names = [...new Set(scan.found.map(({name}) => name))];
	const what =
		names.length === 0
			? 'no software'
			: `${counted(scan.found.length, 'version')} of ${names.join(', ')}`;
	try {
		return {
			packages,
			told: (await createPackagesFile(folder, packages))
				? `There was no ${file}. It was written, with what was found: ${what}.`
				: undefined,
		};
	} catch (error) {
		return {
			packages,
			told: `${file} cannot be written (${reasonOf(error)}). What was found counts until this worker ends: ${what}.`,
		};
	}
};
