import type {FarmError} from '../core/errors.js';
import type {clientToScheduler} from '../net/messages/client.js';
import type {ParamsInput, ResultOf} from '../net/messages/method.js';

type Methods = typeof clientToScheduler;
type MethodName = keyof Methods & string;

/** The methods that take a `request_id`: all that change something. */
export type ChangeName = {
	[Name in MethodName]: 'request_id' extends keyof ParamsInput<Methods, Name>
		? Name
		: never;
}[MethodName];

export type ParamsFor<Name extends MethodName> = ParamsInput<Methods, Name>;
export type AnswerTo<Name extends MethodName> = ResultOf<Methods, Name>;

/** What is watched: kind, filter, order and window. */
export type WatchSpec = ParamsInput<Methods, 'watch'>;
export type WatchKind = WatchSpec['what'];

export type WatchEvent =
	/** The window from now on; asked for with `spec`. */
	| {
			readonly kind: 'snapshot';
			readonly spec: WatchSpec;
			readonly snapshot: unknown;
	  }
	| {readonly kind: 'update'; readonly update: WatchUpdate}
	/** The scheduler refuses; what was shown goes on as it was. */
	| {
			readonly kind: 'failed';
			readonly spec: WatchSpec;
			readonly error: FarmError;
	  };

export type WatchUpdate = {
	readonly rows: readonly unknown[];
	readonly order?: readonly number[] | undefined;
	readonly counts?: Readonly<Record<string, number>> | undefined;
};

/** A watch that outlives connections: with each new one it is asked for again. */
export type FarmWatch = {
	/** Another filter, order or window; of several in a hurry only the last is asked for. */
	readonly change: (spec: WatchSpec) => void;
	readonly stop: () => void;
};

/** Whom the viewer talks to. */
export type FarmIdentity = {
	readonly farm: string;
	/** Its file; undefined until it was told. */
	readonly database: string | undefined;
	readonly databaseId: string;
	readonly version: string;
	readonly access: 'view' | 'change';
	readonly isInsecure: boolean;
	/** `host:port` */
	readonly address: string;
};

export type Connection =
	| {readonly kind: 'connecting'; readonly reason: string | undefined}
	| {readonly kind: 'connected'; readonly identity: FarmIdentity}
	| {
			readonly kind: 'lost';
			readonly identity: FarmIdentity;
			/** Milliseconds since 1970: how old the data is. */
			readonly since: number;
			readonly reason: string;
	  };

/** The farm as the viewer sees it. It connects by itself, for ever. */
export type Farm = {
	readonly connection: () => Connection;
	/** Returns how to stop listening. */
	readonly onConnection: (
		listener: (connection: Connection) => void,
	) => () => void;
	/** For what changes nothing. Rejects with the `FarmError` that the scheduler gave; `UNREACHABLE` or `CLOSED` without a connection. */
	readonly request: <Name extends MethodName>(
		name: Name,
		params: ParamsFor<Name>,
	) => Promise<AnswerTo<Name>>;
	/** Changes something once, also where the connection ends before the answer. */
	readonly change: <Name extends ChangeName>(
		name: Name,
		params: ParamsFor<Name>,
	) => Promise<AnswerTo<Name>>;
	readonly watch: (
		spec: WatchSpec,
		onEvent: (event: WatchEvent) => void,
	) => FarmWatch;
};
