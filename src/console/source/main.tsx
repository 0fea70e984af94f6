// Libraries first, and then all texts: gzip sees no further than 32 kB, and so what is alike stands together.
import "preact";
import "preact/hooks";
import "@preact/signals";
import "uplot";
import "./texts/catalogue.ts";
import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/layout.css";
import "./style/parts.css";
import "./style/screens.css";
import { App } from "./app.tsx";

const root = document.getElementById("app");
if (root) render(<App />, root);
