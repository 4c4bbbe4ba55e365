import fs from 'node:fs/promises';
import path from 'node:path';
import picomatch from 'picomatch';
import {compareVersions} from '../../core/version-order.js';
import type {Product, System} from './product.js';

/** The machine on which software is looked for. */
export type Place = {
	readonly system: System;
	readonly home: string;
	readonly environment: Readonly<Record<string, string>>;
};

export type Candidate = {
	readonly product: Product;
	/** As it was found. */
	readonly program: string;
	/** Its folder, with which on `PATH` this very program is what its name means. */
	readonly folder: string;
	/** Its name without a folder already means this program. */
	readonly isReached: boolean;
};

/** Every program that may be one of the products, each file once: those on `PATH` in its order, then those in the usual places, the highest versions first. */
export const findPrograms = async (
	products: readonly Product[],
	place: Place,
): Promise<readonly Candidate[]> => {
	const look = lookAround(place);
	const found = await Promise.all(
		products.map(async (product) => {
			const onPath = await programsOnPath(product, place, look);
			const elsewhere = await Promise.all(
				product.places[place.system].map(async (pattern) =>
					look.expand(pattern),
				),
			);
			const reached = new Set<string>();
			const seen = new Set<string>();
			const candidates: Candidate[] = [];
			for (const program of [...onPath, ...elsewhere.flat()]) {
				const name = path.basename(program);
				const isFirst = onPath.includes(program) && !reached.has(name);
				if (isFirst) {
					reached.add(name);
				}

				const real = await look.real(program); // eslint-disable-line no-await-in-loop -- in order
				if (real === undefined || seen.has(real) || isShim(program)) {
					continue;
				}

				seen.add(real);
				// A link to a folder of the program's own is followed: the link may lead to another version tomorrow.
				const folder = path.dirname(
					path.basename(real) === name ? real : program,
				);
				candidates.push({
					product,
					program,
					folder,
					isReached: isFirst && folder === path.dirname(program),
				});
			}

			return candidates;
		}),
	);
	return found.flat();
};

const programsOnPath = async (
	{programs}: Product,
	{system, environment}: Place,
	look: ReturnType<typeof lookAround>,
): Promise<readonly string[]> => {
	const searchPath =
		environment['PATH'] ??
		environment['Path'] ??
		'/usr/local/bin:/usr/bin:/bin';
	const folders = searchPath.split(system === 'win32' ? ';' : ':').filter(
		(folder) =>
			path.isAbsolute(folder) &&
			// What is there only opens the store.
			!folder.includes('WindowsApps'),
	);
	const ending = system === 'win32' ? '.exe' : '';
	const found = await Promise.all(
		programs[system].flatMap((program) =>
			folders.map(async (folder) => look.inFolder(folder, program + ending)),
		),
	);
	return [...new Set(found.flat())];
};

/** Looks into folders, each of them once. */
const lookAround = ({system, home, environment}: Place) => {
	const listings = new Map<string, Promise<readonly string[]>>();

	const list = async (folder: string): Promise<readonly string[]> => {
		let listing = listings.get(folder);
		if (listing === undefined) {
			listing = fs.readdir(folder).catch((): string[] => []);
			listings.set(folder, listing);
		}

		return listing;
	};

	const entries = async (
		folder: string,
		segment: string,
	): Promise<readonly string[]> => {
		if (!/[\(*?\[]/v.test(segment)) {
			return [path.join(folder, segment)];
		}

		const isMatch = picomatch(segment, {nocase: system === 'win32'});
		const names = await list(folder);
		return names
			.filter((name) => isMatch(name))
			.toSorted((a, b) => compareVersions(numbersOf(b), numbersOf(a)))
			.map((name) => path.join(folder, name));
	};

	const onlyPrograms = async (
		files: readonly string[],
	): Promise<readonly string[]> => {
		const checked = await Promise.all(
			files.map(async (file) => ((await isProgram(file)) ? [file] : [])),
		);
		return checked.flat();
	};

	return {
		inFolder: async (folder: string, program: string) =>
			onlyPrograms(await entries(folder, program)),
		async expand(pattern: string): Promise<readonly string[]> {
			const absolute = pattern
				.replace(/^~(?=\/)/v, () => home)
				.replace(
					/^%(?<name>\w+)%/v,
					(_, name: string) => environment[name] ?? '',
				)
				.replaceAll('\\', '/');
			const [root = '', ...segments] = absolute.split(/\/+/v);
			let files: readonly string[] = [`${root}/`];
			for (const segment of segments) {
				// eslint-disable-next-line no-await-in-loop -- level by level
				const below = await Promise.all(
					files.map(async (folder) => entries(folder, segment)),
				);
				files = below.flat();
			}

			return onlyPrograms(files);
		},
		real: async (file: string): Promise<string | undefined> =>
			fs.realpath(file).catch(() => undefined),
	};
};

const isProgram = async (file: string): Promise<boolean> => {
	try {
		const stat = await fs.stat(file);
		await fs.access(file, fs.constants.X_OK);
		return stat.isFile();
	} catch {
		return false;
	}
};

/** What a version manager puts on `PATH` is another version tomorrow, and often none; those that it has are found where it keeps them. */
const isShim = (program: string): boolean =>
	path.basename(path.dirname(program)) === 'shims';

const numbersOf = (name: string): string =>
	name.slice(Math.max(0, name.search(/\d/v))).replaceAll(/v(?=\d)/gv, '.');
