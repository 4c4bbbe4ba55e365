/** What a package does to a variable: gives it a value, or adds to the one that it has. Several values stand for a list of paths, as in `PATH`. */
export type VariableChange =
	| {readonly kind: 'set'; readonly values: readonly string[]}
	| {
			readonly kind: 'extend';
			readonly prepend: readonly string[];
			readonly append: readonly string[];
	  };

/** One version of a package. */
export type PackageVersion = {
	/** For people; may be empty. */
	readonly label: string;
	/** Those with lower ones are applied first, so that what a higher one prepends comes before theirs. */
	readonly priority: number;
	/** By the name of the variable. */
	readonly env: Readonly<Record<string, VariableChange>>;
};

/** The software of a machine: name of the package → version → what it does. */
export type Packages = Readonly<
	Record<string, Readonly<Record<string, PackageVersion>>>
>;

export const usualPriority = 50;

/** The capability that a machine with this package has. */
export const packageCapability = (name: string): string => `package.${name}`;
