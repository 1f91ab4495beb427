/** How a field is named and told about, in the page's own terms. */
export interface FieldLook {
  readonly id: string;
  /** Where no label beside it names it. */
  readonly name?: string;
  /** Ids of the hint and of the error. */
  readonly describedBy?: string | undefined;
  readonly isWrong?: boolean;
  readonly isRequired?: boolean;
}

/** For the element that is typed into or chosen from. */
export function lookProps(look: FieldLook) {
  return {
    id: look.id,
    "aria-label": look.name,
    "aria-describedby": look.describedBy,
    "aria-invalid": look.isWrong ? ("true" as const) : undefined,
    "aria-required": look.isRequired ? ("true" as const) : undefined,
  };
}
