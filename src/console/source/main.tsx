// The largest library comes first, so that our own files are close enough together for gzip to see what they share.
import "uplot";
import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/layout.css";
import "./style/parts.css";
import "./style/screens.css";
import { App } from "./app.tsx";

const root = document.getElementById("app");
if (root) render(<App />, root);
