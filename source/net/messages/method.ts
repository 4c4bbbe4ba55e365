import type {z} from 'zod';

/**
Who may call a method.

- `anyone`: before `hello` too
- `view`: whoever holds the view-only key or the full key
- `change`: whoever holds the full key
- `worker`: a connection that said hello as a worker
*/
export type Access = 'anyone' | 'view' | 'change' | 'worker';

export type Method<
	Parameters extends z.ZodType = z.ZodType,
	Result extends z.ZodType = z.ZodType,
> = {
	/** One line for the protocol's reference page. */
	readonly description: string;
	readonly access: Access;
	readonly params: Parameters;
	readonly result: Result;
};

export type Methods = Readonly<Record<string, Method>>;

export type ParamsOf<M extends Methods, Name extends keyof M> = z.output<
	M[Name]['params']
>;
/** What a caller may leave out where there is a default. */
export type ParamsInput<M extends Methods, Name extends keyof M> = z.input<
	M[Name]['params']
>;
export type ResultOf<M extends Methods, Name extends keyof M> = z.output<
	M[Name]['result']
>;

export const method = <
	const Parameters extends z.ZodType,
	const Result extends z.ZodType,
>(
	definition: Method<Parameters, Result>,
): Method<Parameters, Result> => definition;
