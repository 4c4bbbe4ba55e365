/** What JSON can say; task attributes and node parameters are made of it. */
export type Json =
	| string
	| number
	| boolean
	| null // eslint-disable-line @typescript-eslint/no-restricted-types -- JSON has null
	| readonly Json[]
	| {readonly [key: string]: Json};

export type JsonObject = Readonly<Record<string, Json>>;
