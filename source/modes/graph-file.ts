import {
	Document,
	isAlias,
	isMap,
	isScalar,
	isSeq,
	LineCounter,
	parseDocument,
	visit,
	type Node as YamlNode,
	type Pair,
} from 'yaml';
import type {z} from 'zod';
import type {Fault} from '../config/fault.js';
import {didYouMean} from '../core/nearest.js';
import {
	graphDocumentShape,
	type GraphDocument,
} from '../net/messages/client.js';

export type GraphFile =
	| {
			readonly kind: 'read';
			readonly document: GraphDocument;
			/** Where something of the document stands; of what is not there, where it would. From 1. */
			readonly lineOf: (path: ReadonlyArray<string | number>) => number;
	  }
	| {
			readonly kind: 'faulty';
			readonly faults: readonly Fault[];
			/** What can be read of it, so that the faults in there are told with the others; undefined where nothing sensible is left. */
			readonly rest?: (GraphFile & {readonly kind: 'read'}) | undefined;
	  };

/** Reads a graph file, YAML or JSON (which YAML 1.2 holds). All its faults are told at once, each with its line. `name` is what the faults call the file. */
export const parseGraphFile = (text: string, name: string): GraphFile => {
	const lineCounter = new LineCounter();
	const yaml = parseDocument(text, {
		lineCounter,
		merge: true,
		prettyErrors: false,
		stringKeys: true,
	});
	const lineAt = (offset: number): number =>
		Math.max(1, lineCounter.linePos(offset).line);
	if (yaml.errors.length > 0) {
		return {
			kind: 'faulty',
			faults: yaml.errors.map(({pos, message, code}) => ({
				where: name,
				line: lineAt(pos[0]),
				message:
					code === 'DUPLICATE_KEY'
						? `${keyAt(text, pos)} stands here a second time.`
						: inOwnWords(message),
			})),
		};
	}

	const lineOf = (path: ReadonlyArray<string | number>): number =>
		lineAt(offsetOf(yaml, path));
	const fault = (
		path: ReadonlyArray<string | number>,
		message: string,
	): Fault => ({where: name, line: lineOf(path), message});
	const expanded = expand(yaml);
	if (expanded.kind === 'faulty') {
		return {kind: 'faulty', faults: [fault([], inOwnWords(expanded.message))]};
	}

	if (isDeeperThan(expanded.value, mostLevels)) {
		return {kind: 'faulty', faults: [fault([], tooDeep)]};
	}

	const endless = endlessNumbers(expanded.value, []);
	if (endless.length > 0) {
		return {
			kind: 'faulty',
			faults: endless
				.slice(0, mostFaults)
				.map((path) =>
					fault(path, 'A number that JSON cannot say stands here.'),
				),
		};
	}

	const parsed = graphDocumentShape.safeParse(expanded.value);
	if (parsed.success) {
		return {kind: 'read', document: parsed.data, lineOf};
	}

	const {issues} = parsed.error;
	const described = issues
		.slice(0, mostFaults)
		.flatMap((issue) => describeIssue(issue, expanded.value));
	if (issues.length > mostFaults) {
		return {
			kind: 'faulty',
			faults: [
				...described.map(({path, message}) => fault(path, message)),
				fault(
					[],
					`There are ${issues.length - mostFaults} more faults in this file.`,
				),
			],
		};
	}

	return {
		kind: 'faulty',
		faults: described.map(({path, message}) => fault(path, message)),
		rest: restOf(
			expanded.value,
			described.map(({path}) => path),
			lineOf,
		),
	};
};

/** No graph needs so many, and nothing that is deeper could be sent to a scheduler. */
const mostLevels = 200;
const tooDeep = `The file is nested deeper than ${mostLevels} levels, or an anchor stands within itself.`;
/** Nobody reads more of them at once, and to find the line of each takes time. */
const mostFaults = 100;

/** What the YAML parser itself runs into. */
const inOwnWords = (message: string): string =>
	message.includes('call stack') ? tooDeep : message;

const isDeeperThan = (value: unknown, levels: number): boolean =>
	typeof value === 'object' &&
	value !== null &&
	(levels === 0 ||
		Object.values(value).some((member) => isDeeperThan(member, levels - 1)));

type Path = ReadonlyArray<string | number>;

/** The document without what is at fault, where that is something it can do without: a key too many, or a connection. */
const restOf = (
	value: unknown,
	paths: readonly Path[],
	lineOf: (path: Path) => number,
): (GraphFile & {readonly kind: 'read'}) | undefined => {
	const faulty = new Set(paths.map((path) => JSON.stringify(path)));
	const kept: number[] = [];
	const without = (whole: unknown, at: Path): unknown => {
		if (Array.isArray(whole)) {
			const isConnections = at.length === 1 && at[0] === 'connections';
			return whole.flatMap((member, index) => {
				const isFaulty =
					isConnections && faulty.has(JSON.stringify([...at, index]));
				if (isConnections && !isFaulty) {
					kept.push(index);
				}

				return isFaulty ? [] : [without(member, [...at, index])];
			});
		}

		return typeof whole === 'object' && whole !== null
			? Object.fromEntries(
					Object.entries(whole)
						.filter(([key]) => !faulty.has(JSON.stringify([...at, key])))
						.map(([key, member]) => [key, without(member, [...at, key])]),
				)
			: whole;
	};

	const {data} = graphDocumentShape.safeParse(without(value, []));
	return (
		data && {
			kind: 'read',
			document: data,
			lineOf: ([first, second, ...deeper]) =>
				lineOf(
					first === 'connections' && typeof second === 'number'
						? [first, kept[second] ?? second, ...deeper]
						: [first, second, ...deeper].filter((step) => step !== undefined),
				),
		}
	);
};

type Described = {
	readonly path: ReadonlyArray<string | number>;
	readonly message: string;
};

/** Aliases are put in place; so many of them that the file could not have been meant are refused. */
const expand = (
	yaml: Document,
):
	| {readonly kind: 'expanded'; readonly value: unknown}
	| {readonly kind: 'faulty'; readonly message: string} => {
	try {
		return {kind: 'expanded', value: yaml.toJS({maxAliasCount: 1000})};
	} catch (error) {
		return {
			kind: 'faulty',
			message: `Its anchors cannot be resolved: ${error instanceof Error ? error.message : String(error)}.`,
		};
	}
};

const keyAt = (text: string, [start]: readonly [number, number]): string => {
	const [key = ''] = /^[^\s:]*/v.exec(text.slice(start, start + 200)) ?? [];
	return key === '' ? 'This key' : `"${key.replaceAll(/^["']|["']$/gv, '')}"`;
};

const endlessNumbers = (
	value: unknown,
	path: ReadonlyArray<string | number>,
): Array<ReadonlyArray<string | number>> => {
	if (typeof value === 'number') {
		return Number.isFinite(value) ? [] : [path];
	}

	if (Array.isArray(value)) {
		return value.flatMap((member, index) =>
			endlessNumbers(member, [...path, index]),
		);
	}

	return typeof value === 'object' && value !== null
		? Object.entries(value).flatMap(([key, member]) =>
				endlessNumbers(member, [...path, key]),
			)
		: [];
};

const documentKeys = ['nodes', 'connections'];
const nodeKeys = ['type', 'parameters', 'enabled', 'position'];

const describeIssue = (
	issue: z.core.$ZodIssue,
	value: unknown,
): Described[] => {
	const path = issue.path.map((step) =>
		typeof step === 'symbol' ? String(step) : step,
	);
	if (issue.code === 'unrecognized_keys') {
		const known = path.length === 0 ? documentKeys : nodeKeys;
		return issue.keys.map((key) => ({
			path: [...path, key],
			message: `"${key}" is not known here${didYouMean(key, known)}`,
		}));
	}

	if (issue.code === 'invalid_key') {
		return [
			{
				path,
				message: `"${String(path.at(-1))}" is no name: one has 1 to 256 characters, and no control characters.`,
			},
		];
	}

	const what = path.length === 0 ? 'the file' : `"${path.join('.')}"`;
	if (issue.code === 'invalid_type') {
		const found = valueAt(value, path);
		return [
			{
				path,
				message:
					found === undefined
						? `${what} is missing.`
						: `${what} must be ${kindNames[issue.expected] ?? issue.expected}, not ${kindOf(found)}${
								found === null && path.length === 3 && path[2] === 'type'
									? ': the type of that name stands in quotes, "null"'
									: ''
							}.`,
			},
		];
	}

	return [{path, message: `${what}: ${issue.message}.`}];
};

const kindNames: Readonly<Record<string, string>> = {
	object: 'a table of names and values',
	record: 'a table of names and values',
	array: 'a list',
	tuple: 'a list',
	string: 'text',
	number: 'a number',
	boolean: 'true or false',
};

const kindOf = (value: unknown): string => {
	if (value === null) {
		return 'nothing';
	}

	return Array.isArray(value)
		? 'a list'
		: (kindNames[typeof value] ?? typeof value);
};

const valueAt = (
	value: unknown,
	path: ReadonlyArray<string | number>,
): unknown => {
	let current = value;
	for (const step of path) {
		if (
			typeof current !== 'object' ||
			current === null ||
			!Object.hasOwn(current, step)
		) {
			return undefined;
		}

		current = (current as Readonly<Record<string | number, unknown>>)[step];
	}

	return current;
};

/** Where the last step of a path that is there begins. */
const offsetOf = (
	yaml: Document,
	path: ReadonlyArray<string | number>,
): number => {
	let node: unknown = yaml.contents;
	let offset = startOf(node) ?? 0;
	for (const step of path) {
		if (isAlias(node)) {
			node = node.resolve(yaml);
		}

		const next = childOf(node, step);
		if (next === undefined) {
			break;
		}

		offset = next.offset ?? offset;
		node = next.node;
	}

	return offset;
};

const childOf = (
	node: unknown,
	step: string | number,
):
	{readonly node: unknown; readonly offset: number | undefined} | undefined => {
	if (isMap(node)) {
		const pair = (node.items as readonly Pair[]).find(
			({key}) => String(isScalar(key) ? key.value : key) === String(step),
		);
		return pair && {node: pair.value, offset: startOf(pair.key)};
	}

	if (typeof step === 'number' && isSeq(node)) {
		const item: unknown = node.items[step];
		return item === undefined ? undefined : {node: item, offset: startOf(item)};
	}

	return undefined;
};

const startOf = (node: unknown): number | undefined =>
	(node as Pick<YamlNode, 'range'> | undefined)?.range?.[0];

/** A document as YAML that is read back as the same. */
export const printGraphFile = (document: GraphDocument): string => {
	const yaml = new Document({
		nodes: Object.fromEntries(
			Object.entries(document.nodes).map(([name, node]) => [
				name,
				{
					type: node.type,
					...(Object.keys(node.parameters).length > 0 && {
						parameters: node.parameters,
					}),
					...(node.enabled !== undefined && {enabled: node.enabled}),
					...(node.position !== undefined && {position: node.position}),
				},
			]),
		),
		connections: document.connections,
	});
	visit(yaml, {
		Pair(_, pair) {
			// Bare, it would be read as YAML's merge key.
			if (isScalar(pair.key) && pair.key.value === '<<') {
				pair.key.type = 'QUOTE_DOUBLE';
			}

			if (
				isScalar(pair.key) &&
				pair.key.value === 'position' &&
				isSeq(pair.value)
			) {
				pair.value.flow = true;
			}
		},
		// Rows of lists are short: one line each.
		Map(key, map, ancestors) {
			if (typeof key === 'number' && isSeq(ancestors.at(-1))) {
				map.flow = true;
			}
		},
	});
	return yaml.toString({lineWidth: 0, flowCollectionPadding: false});
};
