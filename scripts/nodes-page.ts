import type {Json} from '../source/core/json.js';
import type {NodeDefinition} from '../source/nodes/contract.js';
import type {CellSchema, ParameterSchema} from '../source/nodes/parameters.js';

/** Docs/nodes.md: every built-in node type with its parameters. Those that several types share are told once. */
export const nodesPage = (definitions: readonly NodeDefinition[]): string => {
	const shared = sharedParameters(definitions);
	return [
		introduction,
		...definitions.map((definition) => typeSection(definition, shared)),
		'## Worker requirements',
		'Every node type that can run a process has these parameters too.',
		parameterTable([...shared]),
	].join('\n\n');
};

const introduction = `# Node types

Made from the node types' own definitions; \`lifeblood node types TYPE\` says the same of a running farm, plugins included. Any parameter, and any cell of a list, may hold an [expression](graph.md#expressions) in place of a value.`;

type Named = readonly [name: string, schema: ParameterSchema];

/** What every type has that has \`cpus\`: the requirements of a process. */
const sharedParameters = (
	definitions: readonly NodeDefinition[],
): ReadonlyMap<string, ParameterSchema> => {
	const runners = definitions.filter(({parameters}) =>
		Object.hasOwn(parameters, 'cpus'),
	);
	const [first] = runners;
	return new Map(
		Object.entries(first?.parameters ?? {}).filter(([name, schema]) =>
			runners.every(
				({parameters}) =>
					JSON.stringify(parameters[name]) === JSON.stringify(schema),
			),
		),
	);
};

const typeSection = (
	definition: NodeDefinition,
	shared: ReadonlyMap<string, ParameterSchema>,
): string => {
	const all: readonly Named[] = Object.entries(definition.parameters);
	const own = all.filter(([name]) => !shared.has(name));
	const outputs =
		typeof definition.outputs === 'function'
			? definition.outputs(
					Object.fromEntries(
						all.map(([name, schema]) => [name, schema.default]),
					),
				)
			: definition.outputs;
	return [
		`## \`${definition.type}\``,
		`**${definition.label}.** ${definition.description}`,
		`Inputs: ${codes(definition.inputs)}. Outputs: ${codes(outputs)}${typeof definition.outputs === 'function' ? ', as the parameters say' : ''}.`,
		...(own.length === 0 ? [] : [parameterTable(own)]),
		...(own.length === all.length
			? []
			: ['And the [worker requirements](#worker-requirements).']),
	].join('\n\n');
};

const parameterTable = (parameters: readonly Named[]): string =>
	[
		'| parameter | type | default | |',
		'| --- | --- | --- | --- |',
		...parameters.flatMap(([name, schema]) => [
			row(`\`${name}\``, schema),
			...(schema.type === 'list'
				? Object.entries(schema.row).map(([cell, cellSchema]) =>
						row(`\`${name}[].${cell}\``, cellSchema),
					)
				: []),
		]),
	].join('\n');

const row = (name: string, schema: ParameterSchema): string =>
	`| ${name} | ${typeText(schema)} | ${valueText(schema.default)} | ${cellText(remarks(schema))} |`;

const typeText = (schema: ParameterSchema | CellSchema): string => {
	if (schema.type === 'enum') {
		return schema.options.map((option) => `\`${option}\``).join(', ');
	}

	if (schema.type !== 'int' && schema.type !== 'float') {
		return schema.type;
	}

	const {type, min, max} = schema;
	return min === undefined && max === undefined
		? type
		: `${type} ${min ?? ''}…${max ?? ''}`;
};

const remarks = ({label, description, when}: ParameterSchema): string =>
	[
		`${label}.`,
		...(description === undefined ? [] : [description]),
		...(when === undefined
			? []
			: [
					`Where \`${when.parameter}\` is ${when.is.map((value) => valueText(value)).join(' or ')}.`,
				]),
	].join(' ');

const valueText = (value: Json): string => `\`${JSON.stringify(value)}\``;

const codes = (names: readonly string[]): string =>
	names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ');

const cellText = (text: string): string =>
	text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
