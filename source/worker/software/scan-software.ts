import {randomUUID} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type {Clock} from '../../core/clock.js';
import {invocationId} from '../../core/ids.js';
import {
	usualPriority,
	type Packages,
	type PackageVersion,
} from '../../core/packages.js';
import {createProcessTable} from '../process-table.js';
import {askProgram} from './ask-program.js';
import {findPrograms, type Candidate, type Place} from './find-programs.js';
import type {Product} from './product.js';

export type FoundPackage = PackageVersion & {
	readonly name: string;
	readonly version: string;
	readonly program: string;
};

/** A program that is there, but of which no version could be learnt. */
export type UnknownProgram = {
	readonly name: string;
	readonly program: string;
	/** Half a sentence. */
	readonly why: string;
};

export type Scan = {
	readonly found: readonly FoundPackage[];
	readonly unknown: readonly UnknownProgram[];
};

type Scanning = {
	readonly products: readonly Product[];
	readonly place: Place;
	readonly clock: Clock;
	readonly signal: AbortSignal;
	/** Milliseconds that a program has to say its version. */
	readonly limit?: number;
};

const usualLimit = 5000;
/** So many programs are asked at a time. */
const mostAtOnce = 8;

/** Look for software on this machine, and ask it for its versions. What is there several times in one version is told once. */
export const scanSoftware = async ({
	products,
	place,
	clock,
	signal,
	limit = usualLimit,
}: Scanning): Promise<Scan> => {
	const candidates = await findPrograms(products, place);
	const folder = `/lifeblood-scan-${randomUUID()}`;
	const table = createProcessTable(folder);
	const outcomes: Scan[] = [];
	const queue = candidates.entries();
	const ask = async (): Promise<void> => {
		for (const [index, candidate] of queue) {
			const {product, program} = candidate;
			// eslint-disable-next-line no-await-in-loop -- so many at a time
			const answer = await (product.ask === undefined
				? undefined
				: askProgram({
						program,
						arguments: product.ask,
						environment: place.environment,
						limit,
						signal,
						mark: {folder, id: invocationId(index + 1)},
						table,
						clock,
					}));
			const written =
				(answer?.kind === 'said'
					? versionIn(answer.text, product.answer)
					: undefined) ?? (await versionInPath(candidate)); // eslint-disable-line no-await-in-loop -- as above
			outcomes[index] =
				written === undefined
					? {
							found: [],
							unknown: [{name: product.name, program, why: whyNot(answer)}],
						}
					: {found: await packagesOf(candidate, written), unknown: []}; // eslint-disable-line no-await-in-loop -- as above
		}
	};

	await Promise.all(Array.from({length: mostAtOnce}, ask));
	signal.throwIfAborted();
	const found = new Map<string, FoundPackage>();
	for (const one of outcomes.flatMap((outcome) => outcome.found)) {
		const key = `${one.name} ${one.version}`;
		if (!found.has(key)) {
			found.set(key, one);
		}
	}

	return {
		found: found.values().toArray(),
		unknown: outcomes.flatMap((outcome) => outcome.unknown),
	};
};

/** What was found, as it is configured. */
export const packagesFound = ({found}: Scan): Packages => {
	const packages: Record<string, Record<string, PackageVersion>> = {};
	for (const {name, version, label, priority, env} of found) {
		packages[name] = {...packages[name], [version]: {label, priority, env}};
	}

	return packages;
};

const versionIn = (text: string, where: RegExp | undefined) =>
	where?.exec(text)?.groups?.['version'];

const versionInPath = async ({
	product,
	program,
}: Candidate): Promise<string | undefined> =>
	product.path === undefined
		? undefined
		: (versionIn(program, product.path) ??
			versionIn(await fs.realpath(program).catch(() => ''), product.path));

const whyNot = (answer: Awaited<ReturnType<typeof askProgram>> | undefined) => {
	if (answer === undefined) {
		return 'has no version in its path';
	}

	if (answer.kind === 'silent') {
		return answer.why;
	}

	const line =
		answer.text
			.split('\n')
			.map((one) => one.trim())
			.find((one) => one !== '') ?? '';
	return line === ''
		? 'says nothing'
		: `says ${JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line)}, and no version`;
};

const packagesOf = async (
	{product, program, folder, isReached}: Candidate,
	written: string,
): Promise<FoundPackage[]> => {
	const command = path.basename(program, '.exe');
	const isUsual = Object.values(product.programs).some(
		([usual]) => usual === command,
	);
	const variables = Object.entries(product.variables ?? {}).map(
		([variable, place]) =>
			[
				variable,
				{kind: 'set', values: [path.join(folder, place)]} as const,
			] as const,
	);
	const found = {
		// Numbers that follow a "v" or a dash are numbers like the others: 15.1v3 is no pre-release of 15.1.
		version: written.replaceAll(/[\-v](?=\d)/gv, '.'),
		label: `${product.label} ${written}${isUsual ? '' : ` (as ${command})`}`,
		priority: usualPriority,
		program,
		env: {
			...(!isReached && {
				PATH: {kind: 'extend', prepend: [folder], append: []} as const,
			}),
			...Object.fromEntries(variables),
		},
	};
	const flavours = await flavoursOf(product, folder);
	return ['', ...flavours].map((suffix) => ({
		...found,
		name: `${product.name}${suffix}`,
	}));
};

const flavoursOf = async (
	{flavour}: Product,
	folder: string,
): Promise<readonly string[]> => {
	if (flavour === undefined) {
		return [];
	}

	const entries = await fs
		.readdir(path.join(folder, flavour.folder))
		.catch((): string[] => []);
	return entries.flatMap((entry) => {
		const groups = flavour.entry.exec(entry)?.groups;
		return groups === undefined ? [] : [flavour.suffix(groups)];
	});
};
