// @ts-check
/* The console's script: copying, and pages that stay true. Every page works without it. */
import { offerCopies } from "./copying.js";
import { stayTrue } from "./live.js";
import { drawCharts } from "./chart.js";

offerCopies(document);
stayTrue(offerCopies);
drawCharts(document);
