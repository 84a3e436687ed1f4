/** The version of this package, as package.json has it. */
export declare const VERSION = "0.1.0";
