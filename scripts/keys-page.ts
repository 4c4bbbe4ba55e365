import {globalBindings} from '../source/ui/keys/global-bindings.js';
import {sectionsOf} from '../source/ui/keys/sections.js';
import {screens} from '../source/ui/screens/table.js';

type Row = {
	readonly id: string;
	readonly keys: readonly string[];
	readonly help: string;
	readonly command?: string;
};

/** Docs/keys.md: every key of the viewer, from the tables that its footer and help are made of. */
export const keysPage = (): string =>
	[
		introduction,
		'## Everywhere',
		keyTable(globalBindings),
		'While something is typed, the keys are those of a shell: `ctrl+a`, `ctrl+e`, `ctrl+w`, `ctrl+u`, `ctrl+k`, `alt+b`, `alt+f`; `tab` completes, `up` and `down` recall, `esc` leaves it.',
		...Object.values(screens).flatMap(
			({title, help, aliases, name, bindings, columns = []}) => [
				`## ${title}`,
				`${capital(help)}. \`:${name}\`${aliases.map((alias) => `, \`:${alias}\``).join('')}`,
				...sectionsOf(title, bindings).flatMap(([section, within]) => [
					...(section === title ? [] : [`${section}:`]),
					keyTable(within),
				]),
				...(columns.length === 0
					? []
					: [
							`The columns of \`${name}\`, for \`[viewer.columns]\`: ${columns.map(({id}) => code(id)).join(' ')}`,
						]),
			],
		),
	].join('\n\n');

const introduction = `# The viewer's keys

Made from the tables that the viewer's own footer and help come from. The names in the first column are for the configuration, \`[viewer.keys]\` in \`viewer/config.toml\`. \`?\` shows the keys that work where you are, and why some do not at the moment.`;

const keyTable = (rows: readonly Row[]): string =>
	[
		'| name | keys | what it does | as a command |',
		'| --- | --- | --- | --- |',
		...rows.map(
			({id, keys, help, command}) =>
				`| ${id} | ${keys.map((key) => code(key)).join(' ')} | ${cell(help)} | ${command === undefined ? '' : code(`:${command}`)} |`,
		),
	].join('\n');

const code = (text: string): string => `\`${cell(text)}\``;
const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);
const capital = (text: string): string =>
	text.charAt(0).toUpperCase() + text.slice(1);
