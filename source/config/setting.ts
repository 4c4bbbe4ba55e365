import {z} from 'zod';
import {parseSize} from './size.js';

/** A kind of value, with the words that say to a person what it must be. */
export type Kind<Schema extends z.ZodType = z.ZodType> = {
	readonly schema: Schema;
	/** Follows "must be". */
	readonly must: string;
};

export const text: Kind<z.ZodString> = {
	schema: z.string(),
	must: 'text in quotes',
};
export const flag: Kind<z.ZodBoolean> = {
	schema: z.boolean(),
	must: 'true or false',
};
export const port: Kind<z.ZodInt> = {
	schema: z.int().min(0).max(65_535),
	must: 'a whole number from 0 to 65535',
};

export const whole = (minimum: number): Kind<z.ZodInt> => ({
	schema: z.int().min(minimum),
	must: `a whole number, ${minimum} or more`,
});

export const seconds = (minimum: number): Kind<z.ZodNumber> => ({
	schema: z.number().min(minimum),
	must: `a number of seconds, ${minimum} or more`,
});

export const days: Kind<z.ZodNumber> = {
	schema: z.number().min(0),
	must: 'a number of days, 0 or more',
};

export const names: Kind<z.ZodArray<z.ZodString>> = {
	schema: z.array(z.string().min(1)),
	must: 'a list of names, as in ["a", "b"]',
};

export const choice = <const Options extends readonly [string, ...string[]]>(
	options: Options,
): Kind<z.ZodEnum<{[Option in Options[number]]: Option}>> => ({
	schema: z.enum(options),
	must: `one of ${options.map((option) => `"${option}"`).join(', ')}`,
});

const sizeSchema = z
	.union([z.string(), z.number()])
	.transform((written, context) => {
		const bytes = parseSize(written);
		if (bytes === undefined) {
			context.addIssue({code: 'custom', message: 'not a size'});
			return z.NEVER;
		}

		return bytes;
	});

export const size: Kind<typeof sizeSchema> = {
	schema: sizeSchema,
	must: 'a size such as "512M", "16G" or "1.5T"',
};

/** Either a fixed word, which leaves the decision to `word`, or a value. */
export const orWord = <const Word extends string, Schema extends z.ZodType>(
	word: Word,
	kind: Kind<Schema>,
) => ({
	schema: z.union([z.literal(word), kind.schema]),
	must: `"${word}" or ${kind.must}`,
});

export const table = <Schema extends z.ZodType>(kind: Kind<Schema>) => ({
	schema: z.record(z.string().min(1), kind.schema),
	must: kind.must,
});

export type SettingInfo = {
	/** One line. */
	readonly description: string;
	/** As it is written in a file. */
	readonly default: unknown;
	readonly must: string;
	/** The command line's flag that sets it, without the dashes. */
	readonly flag?: string;
	/** A path, or a table of paths: `~` is expanded. */
	readonly isPath?: true;
	/** For a table: an entry as one might write it. */
	readonly example?: string;
};

const registry = z.registry<SettingInfo>();
const sections = z.registry<{readonly description: string}>();

/** A value of a configuration file. */
export const setting = <Schema extends z.ZodType>(
	kind: Kind<Schema>,
	info: Omit<SettingInfo, 'must' | 'default'> & {
		readonly default: z.input<Schema>;
	},
) => {
	const schema = z.prefault(kind.schema, () => info.default);
	registry.add(schema, {...info, must: kind.must});
	return schema;
};

/** A `[section]` of a configuration file; one that is absent has every default. */
export const section = <const Shape extends z.ZodRawShape>(
	description: string,
	shape: Shape,
) => {
	const object = z.strictObject(shape);
	// Every member has a default of its own, so nothing at all is a valid input.
	const schema = object.prefault({} as Parameters<typeof object.prefault>[0]);
	sections.add(schema, {description});
	return schema;
};

export type SettingLeaf = SettingInfo & {
	readonly kind: 'setting';
	readonly path: readonly string[];
	readonly schema: z.ZodType;
	readonly isTable: boolean;
	/** For a table of tables: the keys that those may have. */
	readonly entryKeys: readonly string[] | undefined;
};

export type SettingSection = {
	readonly kind: 'section';
	readonly path: readonly string[];
	readonly description: string;
	readonly members: ReadonlyMap<string, SettingLeaf | SettingSection>;
};

/** What a schema made of `section` and `setting` knows, as a tree to walk. */
export const settingTree = (
	schema: z.ZodType,
	path: readonly string[] = [],
): SettingSection => {
	const object = schema instanceof z.ZodPrefault ? schema.unwrap() : schema;
	if (!(object instanceof z.ZodObject)) {
		throw new TypeError(`${path.join('.')} is neither a setting nor a section`);
	}

	const members = new Map<string, SettingLeaf | SettingSection>();
	for (const [name, member] of Object.entries<z.ZodType>(object.shape)) {
		const info = registry.get(member);
		const inner = member instanceof z.ZodPrefault ? member.unwrap() : member;
		const isTable = inner instanceof z.ZodRecord;
		const entryKeys =
			isTable && inner.valueType instanceof z.ZodObject
				? Object.keys(inner.valueType.shape)
				: undefined;
		const inside = [...path, name];
		members.set(
			name,
			info === undefined
				? settingTree(member, inside)
				: {
						...info,
						kind: 'setting',
						path: inside,
						schema: member,
						isTable,
						entryKeys,
					},
		);
	}

	return {
		kind: 'section',
		path,
		description: sections.get(schema)?.description ?? '',
		members,
	};
};

/** Every setting below a section, in the order of the schema. */
export const leavesOf = (tree: SettingSection): SettingLeaf[] =>
	tree.members
		.values()
		.flatMap((member) =>
			member.kind === 'setting' ? [member] : leavesOf(member),
		)
		.toArray();
