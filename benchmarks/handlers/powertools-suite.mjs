import { Logger } from "@aws-lambda-powertools/logger";
import { Tracer } from "@aws-lambda-powertools/tracer";
import { handler as withMetrics } from "./powertools.mjs";

const logger = new Logger();
const tracer = new Tracer();

/** With all of Powertools' observability tools, called by hand. */
async function traced(event, context) {
  logger.addContext(context);
  const segment = tracer.getSegment();
  const subsegment = segment.addNewSubsegment("## handler");
  tracer.setSegment(subsegment);
  tracer.annotateColdStart();
  tracer.addServiceNameAnnotation();
  try {
    const answer = await withMetrics(event, context);
    tracer.addResponseAsMetadata(answer, "handler");
    return answer;
  } catch (error) {
    tracer.addErrorAsMetadata(error);
    throw error;
  } finally {
    subsegment.close();
    tracer.setSegment(segment);
  }
}

export { traced as handler };
