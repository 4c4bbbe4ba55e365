/**
The version of what is said on the wire: [major, minor].

The major rises when either side would misunderstand the other; the minor when something was added that the other side may leave unused.
*/
export const protocol: readonly [major: number, minor: number] = [1, 0];
