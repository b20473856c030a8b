/** A dialog over the page: the keyboard stays in it, Escape closes it, and the focus goes back to where it was. */

import type { ReactNode } from "react";
import { useEffect, useId, useRef } from "react";

import { Sign } from "../Value";
import { useDesk } from "./store";

interface Props {
  title: string;
  close?: () => void;
  look?: string;
  children: ReactNode;
}

export function Modal({ title, close, look = "", children }: Props) {
  const { t } = useDesk();
  const id = useId();
  const place = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = place.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={place}
      className={`d-modal ${look}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close?.();
      }}
      onMouseDown={(event) => event.target === place.current && close?.()}
    >
      <div className="d-modal-body">
        <header>
          <h2 id={id}>{title}</h2>
          {close && (
            <button type="button" className="b-icon" aria-label={t("close")} title={t("close")} onClick={close}>
              <Sign name="close" />
            </button>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
