import { Board } from "./board";
import { createPaint } from "./paint";
import { Screen } from "./screen";
import { type View, type ViewFacts } from "./view";

const REDRAW_MILLISECONDS = 250;

/** For a terminal: all figures, redrawn in place. */
export function createTerminalView(facts: ViewFacts): View {
  const isColored = process.env["NO_COLOR"] === undefined || process.env["NO_COLOR"] === "";
  const board = new Board({ ...facts, paint: createPaint(isColored) });
  let end: () => void = () => undefined;
  return {
    onEvent: (event) => {
      board.add(event);
    },
    show: (environment, pageUrl) => {
      const screen = new Screen(process.stdout);
      const draw = () => {
        screen.draw(board.lines(environment, pageUrl, screen.rows));
      };
      draw();
      const timer = setInterval(draw, REDRAW_MILLISECONDS);
      end = () => {
        clearInterval(timer);
        screen.close();
        process.off("exit", end);
      };
      // Also runs if there is no time for a clean end.
      process.on("exit", end);
    },
    close: () => {
      end();
    },
  };
}
