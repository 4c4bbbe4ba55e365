import {readFileSync} from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '..', 'runtime', 'python');

/** Docs/python.md: what the Python modules offer, from their own signatures and docstrings. */
export const pythonPage = (): string =>
	[
		introduction,
		...['lifeblood_connection', 'lifeblood_client'].flatMap((name) =>
			moduleSections(
				name,
				readFileSync(path.join(folder, `${name}.py`), 'utf8'),
			),
		),
	].join('\n\n');

const introduction = `# Python

Made from the modules' own docstrings; \`help(lifeblood_connection)\` says the same. [Writing jobs](jobs.md) shows how they are used.`;

const moduleSections = (name: string, source: string): string[] => {
	const list = /^__all__ = \[(?<names>[^\]]*)\]/mv.exec(source)?.groups?.[
		'names'
	];
	const offered = new Set(
		list?.matchAll(/'(?<name>\w+)'/gv).map(({groups}) => groups?.['name']),
	);
	return [
		`## ${name}`,
		prose(docstringAt(source.split('\n'), 0)),
		...definitionsIn(source.split('\n'), '')
			.filter((definition) => offered.has(definition.name))
			// What is called comes before what it may throw.
			.toSorted((one, other) => rank(one) - rank(other))
			.flatMap((definition) => definitionSections(definition)),
	];
};

type Definition = {
	readonly name: string;
	/** As in the source, on one line. */
	readonly signature: string;
	readonly kind: 'function' | 'property' | 'class' | 'exception';
	readonly documentation: string;
	readonly members: readonly Definition[];
};

const rank = ({kind}: Definition): number =>
	['function', 'property', 'class', 'exception'].indexOf(kind);

const definitionSections = ({
	name,
	signature,
	kind,
	documentation,
	members,
}: Definition): string[] => [
	`### \`${name}\``,
	...(kind === 'function' ? [code(signature)] : []),
	prose(documentation),
	...(members.length === 0
		? []
		: [members.map((member) => memberLine(member)).join('\n')]),
];

const memberLine = ({name, signature, kind, documentation}: Definition) =>
	`- \`${kind === 'property' ? name : signature}\`: ${prose(documentation).replaceAll(/\n+(?:- )?/gv, ' ')}`;

const code = (text: string): string => `\`\`\`python\n${text}\n\`\`\``;

/** Definitions at one depth of indentation, private ones left out. */
const definitionsIn = (
	lines: readonly string[],
	indent: string,
): Definition[] => {
	const starts = lines.flatMap((line, index) => {
		const match = new RegExp(
			String.raw`^${indent}(?:def|class) (?<name>\w+)`,
			'v',
		).exec(line);
		const name = match?.groups?.['name'];
		return name === undefined ? [] : [{name, index}];
	});
	return starts.flatMap(({name, index}, position) => {
		if (name.startsWith('_')) {
			return [];
		}

		const body = lines.slice(index, starts[position + 1]?.index);
		const head = body.findIndex((line) => line.endsWith(':'));
		const declaration = oneLine(body.slice(0, head + 1));
		const isClass = declaration.startsWith('class ');
		const members = isClass
			? definitionsIn(body.slice(1), `${indent}    `)
			: [];
		const isException = /\((?:RuntimeError|\w+Error)\):$/v.test(declaration);
		return [
			{
				name,
				kind: isException
					? 'exception'
					: isClass
						? 'class'
						: lines[index - 1]?.trim() === '@property'
							? 'property'
							: 'function',
				// Objects are made by functions.
				signature: declaration
					.slice('def '.length, -1)
					.replace(/\(self(?:, )?/v, '('),
				documentation: docstringAt(body, head + 1),
				members,
			} as const,
		];
	});
};

const oneLine = (lines: readonly string[]): string =>
	lines
		.map((line) => line.trim())
		.join(' ')
		.replaceAll('( ', '(')
		.replaceAll(/,? \)/gv, ')')
		.replaceAll(/'(?<type>AsyncOperation\[\w+\])'/gv, '$<type>');

/** The text of the docstring that begins on this line, without its indentation. */
const docstringAt = (lines: readonly string[], index: number): string => {
	const quotes = '"""';
	const [first = '', ...rest] = lines
		.slice(index)
		.map((line) => line.trimEnd());
	const opening = first.trim();
	if (!opening.startsWith(quotes)) {
		return '';
	}

	if (opening.length > quotes.length && opening.endsWith(quotes)) {
		return opening.slice(quotes.length, -quotes.length);
	}

	const indent = /^ */v.exec(first)?.[0].length ?? 0;
	const end = rest.findIndex((line) => line.endsWith(quotes));
	return rest
		.slice(0, end)
		.map((line) => line.slice(indent))
		.join('\n')
		.trim();
};

/** A docstring as Markdown: paragraphs, parameters as a list, indented lines as code. */
const prose = (documentation: string): string => {
	const parts: string[] = [];
	for (const part of documentation.split('\n\n')) {
		// Code may have empty lines.
		const before =
			isCode(part) && isCode(parts.at(-1)) ? parts.pop() : undefined;
		parts.push(before === undefined ? part : `${before}\n\n${part}`);
	}

	return parts
		.map((part) =>
			isCode(part)
				? code(part.replaceAll(/^ {4}/gmv, ''))
				: paragraphText(part),
		)
		.join('\n\n');
};

const isCode = (part: string | undefined): boolean =>
	part?.startsWith(' '.repeat(4)) === true;

const paragraphText = (paragraph: string): string =>
	paragraph
		.replaceAll(/\n +/gv, ' ')
		.replaceAll(/\n(?!:)/gv, ' ')
		.replaceAll('``', '`')
		.replaceAll(/^:param (?<name>\w+): /gmv, '- `$<name>`: ')
		.replaceAll(/^:return: /gmv, '- Returns: ')
		.replaceAll(/^:raises (?<name>\w+): /gmv, '- Raises `$<name>`: ');
