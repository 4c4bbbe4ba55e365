import {z} from 'zod';
import {fault, ok, type Parsed} from '../graph/parsed.js';
import {check} from './cast.js';
import {defineNode, type NodeDefinition} from './contract.js';

/** Reads what a plugin exports as a node type. A fault is one sentence. */
export const parseDefinition = (written: unknown): Parsed<NodeDefinition> => {
	const parsed = definitionShape.safeParse(written, {reportInput: true});
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		const place = (issue?.path ?? []).map(String).join('.');
		return fault(
			`${subjectOf(written)}${place === '' ? '' : `, ${place}`}: ${issue === undefined ? 'it is no node type' : wordsOf(issue)}. See docs/plugins.md.`,
		);
	}

	// The shape was checked just now; what `process` takes and gives cannot be.
	const definition = defineNode(
		parsed.data as Parameters<typeof defineNode>[0],
	);
	for (const [name, schema] of Object.entries(definition.parameters)) {
		const checked = check(schema, schema.default);
		if (checked.kind === 'fault') {
			return fault(
				`${subjectOf(written)}, parameters.${name}: its default ${checked.message}.`,
			);
		}
	}

	const outputs = outputsFault(definition);
	return outputs === undefined
		? ok(definition)
		: fault(`${subjectOf(written)}, outputs: ${outputs}.`);
};

const wordsOf = (issue: z.core.$ZodIssue): string => {
	if (issue.code === 'invalid_type') {
		const kind = kinds[issue.expected] ?? issue.expected;
		return issue.input === undefined
			? `it is missing, and must be ${kind}`
			: `it must be ${kind}`;
	}

	if (issue.code === 'unrecognized_keys') {
		return `${issue.keys.map((key) => JSON.stringify(key)).join(', ')} is not known there`;
	}

	return issue.code === 'invalid_union'
		? 'it is none of what may stand there'
		: issue.message;
};

const kinds: Readonly<Record<string, string>> = {
	string: 'text',
	number: 'a number',
	boolean: 'true or false',
	array: 'a list',
	object: 'an object',
	record: 'an object',
};

/** Outputs that depend on parameters are tried with the defaults. */
const outputsFault = ({
	outputs,
	parameters,
}: NodeDefinition): string | undefined => {
	if (typeof outputs !== 'function') {
		return undefined;
	}

	try {
		const names: unknown = outputs(
			Object.fromEntries(
				Object.entries(parameters).map(([name, schema]) => [
					name,
					schema.default,
				]),
			),
		);
		return Array.isArray(names) && names.every((one) => typeof one === 'string')
			? undefined
			: 'with the defaults, the function gives no list of names';
	} catch (error) {
		return `with the defaults, the function threw ${String(error)}`;
	}
};

const subjectOf = (written: unknown): string =>
	typeof written === 'object' &&
	written !== null &&
	'type' in written &&
	typeof written.type === 'string'
		? `The node type ${JSON.stringify(written.type)}`
		: 'What it exports';

const name = z
	.string()
	.regex(
		/^[a-z][\d_a-z]*$/v,
		'a name is made of small letters, digits and underscores, and begins with a letter',
	);

const common = {
	label: z.string(),
	description: z.string().optional(),
	when: z
		.strictObject({parameter: z.string(), is: z.array(z.json())})
		.optional(),
};

const cells = [
	z.strictObject({
		...common,
		type: z.enum(['int', 'float']),
		default: z.number(),
		min: z.number().optional(),
		max: z.number().optional(),
	}),
	z.strictObject({...common, type: z.literal('bool'), default: z.boolean()}),
	z.strictObject({...common, type: z.literal('string'), default: z.string()}),
	z.strictObject({
		...common,
		type: z.literal('text'),
		default: z.string(),
		syntax: z.string().optional(),
		literal: z.literal(true).optional(),
	}),
	z.strictObject({
		...common,
		type: z.literal('enum'),
		default: z.string(),
		options: z.array(z.string()).min(1),
	}),
	z.strictObject({...common, type: z.literal('json'), default: z.json()}),
] as const;

const cell = z.discriminatedUnion('type', cells);

const parameter = z.discriminatedUnion('type', [
	...cells,
	z.strictObject({
		...common,
		type: z.literal('list'),
		default: z.array(z.record(z.string(), z.json())),
		row: z
			.record(name, cell)
			.refine(
				(row) => Object.keys(row).length > 0,
				'a row has at least one cell',
			),
	}),
]);

const isFunction = z.custom<(...given: never) => unknown>(
	(value) => typeof value === 'function',
	'must be a function',
);

const ports = z
	.array(name)
	.refine(
		(names) => new Set(names).size === names.length,
		'a name stands there twice',
	);

const definitionShape = z.strictObject({
	type: name,
	label: z.string().min(1),
	tags: z.array(z.string()).optional(),
	description: z.string(),
	inputs: ports.min(1).optional(),
	outputs: z.union([ports, isFunction]).optional(),
	parameters: z.record(name, parameter),
	process: isFunction,
	postprocess: isFunction.optional(),
});
