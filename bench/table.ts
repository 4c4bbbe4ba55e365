/**
`tsx bench/table.ts < results`: the rows of the table in docs/performance.md, of the JSON lines that `npm run bench` printed.
*/
import process from 'node:process';
import {createInterface} from 'node:readline';
import {z} from 'zod';

const reportShape = z.object({
	benchmark: z.string(),
	measures: z.array(
		z.object({
			name: z.string(),
			unit: z.string(),
			median: z.number(),
			raw: z
				.object({name: z.string(), unit: z.string(), median: z.number()})
				.optional(),
			ratio: z.number().optional(),
			target: z
				.object({
					of: z.enum(['figure', 'ratio', 'difference']),
					atLeast: z.number().optional(),
					atMost: z.number().optional(),
				})
				.optional(),
			met: z.boolean().optional(),
		}),
	),
});

type Measure = z.output<typeof reportShape>['measures'][number];

const main = async (): Promise<void> => {
	const rows = [
		'| benchmark | what | figure | raw limit | ratio | target | met |',
		'| --- | --- | --- | --- | --- | --- | --- |',
	];
	for await (const line of createInterface({input: process.stdin})) {
		const {benchmark, measures} = reportShape.parse(JSON.parse(line));
		for (const measure of measures) {
			rows.push(`| ${[`\`${benchmark}\``, ...cells(measure)].join(' | ')} |`);
		}
	}

	console.log(rows.join('\n'));
};

const cells = ({
	name,
	unit,
	median,
	raw,
	ratio,
	target,
	met,
}: Measure): string[] => [
	name,
	`${readable(median)} ${unit}`,
	raw ? `${readable(raw.median)} ${raw.unit}: ${raw.name}` : '',
	ratio === undefined ? '' : readable(ratio),
	target ? targetText(target, unit) : '',
	met === undefined ? '' : met ? 'yes' : '**no**',
];

const targetText = (
	{of, atLeast, atMost}: NonNullable<Measure['target']>,
	unit: string,
): string => {
	const bound =
		atLeast === undefined
			? `≤ ${readable(atMost ?? NaN)}`
			: `≥ ${readable(atLeast)}`;
	switch (of) {
		case 'figure': {
			return `${bound} ${unit}`;
		}

		case 'ratio': {
			return `${bound} of the raw limit`;
		}

		case 'difference': {
			return `raw limit + ${bound} ${unit}`;
		}
	}
};

const readable = (value: number): string =>
	value.toLocaleString('en', {maximumSignificantDigits: 3});

await main();
