import {stringify} from 'smol-toml';
import type {z} from 'zod';
import {settingTree, type SettingLeaf, type SettingSection} from './setting.js';

/** A configuration file in which every setting stands, commented out (`#key = …`), with its default and a line on what it does (`# …`). */
export const configTemplate = (
	component: string,
	schema: z.ZodType,
): string => {
	const lines = [
		`# The configuration of lifeblood's ${component}.`,
		'# Every setting is here with its default. To change one, take the # before it away and write another value.',
		'# The command line wins over the environment, the environment over this file. "lifeblood config show" tells what is in force.',
		...sectionLines(settingTree(schema)),
	];
	return `${lines.join('\n')}\n`;
};

/** Values first, then tables and sections, as TOML needs it. */
const sectionLines = (section: SettingSection): string[] => {
	const members = section.members.values().toArray();
	const values = members.filter(
		(member) => member.kind === 'setting' && !member.isTable,
	);
	const below = members.filter(
		(member) => member.kind === 'section' || member.isTable,
	);
	const own =
		values.length === 0
			? []
			: [
					...header(section.path, section.description),
					...values.flatMap((leaf) =>
						leaf.kind === 'setting' ? valueLines(leaf) : [],
					),
				];
	return [
		...own,
		...below.flatMap((member) =>
			member.kind === 'section' ? sectionLines(member) : tableLines(member),
		),
	];
};

const header = (path: readonly string[], description: string): string[] =>
	path.length === 0
		? []
		: [
				'',
				...(description === '' ? [] : [`# ${description}`]),
				`[${path.join('.')}]`,
			];

const valueLines = (leaf: SettingLeaf): string[] => [
	`# ${leaf.description}`,
	`#${stringify({[leaf.path.at(-1) ?? '']: leaf.default}).trim()}`,
];

const tableLines = (leaf: SettingLeaf): string[] => [
	...header(leaf.path, leaf.description),
	...(leaf.example === undefined ? [] : [`# For example: ${leaf.example}`]),
];
