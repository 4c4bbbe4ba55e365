import type {Json, JsonObject} from '../core/json.js';

type Common = {
	readonly label: string;
	/** Shown only where this holds for the other parameters' values; matters to viewers only. */
	readonly when?: {readonly parameter: string; readonly is: readonly Json[]};
	readonly description?: string;
};

export type ParameterSchema =
	| (Common & {
			readonly type: 'int' | 'float';
			readonly default: number;
			readonly min?: number;
			readonly max?: number;
	  })
	| (Common & {readonly type: 'bool'; readonly default: boolean})
	| (Common & {readonly type: 'string'; readonly default: string})
	| (Common & {
			readonly type: 'text';
			readonly default: string;
			readonly syntax?: string;
			/** Backticks in it are the text's own, not expressions. */
			readonly literal?: true;
	  })
	| (Common & {
			readonly type: 'enum';
			readonly default: string;
			readonly options: readonly string[];
	  })
	| (Common & {readonly type: 'json'; readonly default: Json})
	| (Common & {
			readonly type: 'list';
			readonly default: readonly JsonObject[];
			readonly row: Readonly<Record<string, CellSchema>>;
	  });

/** A cell of a list's row: anything but a list. */
export type CellSchema = Exclude<ParameterSchema, {type: 'list'}>;

export type ParameterSchemas = Readonly<Record<string, ParameterSchema>>;

type CellValue<Schema> = Schema extends {type: 'int' | 'float'}
	? number
	: Schema extends {type: 'bool'}
		? boolean
		: Schema extends {type: 'enum'; options: ReadonlyArray<infer Option>}
			? Option
			: Schema extends {type: 'string' | 'text'}
				? string
				: Json;

export type ParameterValue<Schema> = Schema extends {
	type: 'list';
	row: infer Row;
}
	? ReadonlyArray<{readonly [Name in keyof Row]: CellValue<Row[Name]>}>
	: CellValue<Schema>;

/** What `process` gets: every parameter's value, typed by its schema. */
export type ParameterValues<Schemas extends ParameterSchemas> = {
	readonly [Name in keyof Schemas]: ParameterValue<Schemas[Name]>;
};
