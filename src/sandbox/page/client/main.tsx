import { render } from "preact";
import { App } from "./app.tsx";
import "./styles/tokens.css";
import "./styles/layout.css";
import "./styles/messages.css";
import "./styles/composer.css";
import "./styles/controls.css";
import "./styles/forms.css";
import "./styles/backstage.css";

const page = document.getElementById("page");
if (!page) throw new Error("index.html has no #page");
render(<App />, page);
