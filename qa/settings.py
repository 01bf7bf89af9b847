"""Every setting, with its default, in one frozen object."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from qa.errors import InputError


class Settings(BaseSettings):
    """Flags, then ``PULLQUOTE_*`` variables, then ``pullquote.toml`` here, then these defaults."""

    model_config = SettingsConfigDict(
        env_prefix="PULLQUOTE_", toml_file="pullquote.toml", frozen=True, extra="forbid"
    )

    store: Path = Path("store")
    encoder: str = Field("default", description="'default', a local folder or a hub id")
    reader: str = Field("default", description="'default', a local folder or a hub id")
    top_k: int = Field(10, ge=1, le=200, description="passages read for a question at most")
    adaptive_depth: float = Field(
        8.0,
        ge=0,
        le=100,
        description="logits over 'no answer' that a passage further down is given at most: reading "
        "stops where that would not put it first; 100 reads all",
    )
    candidates: int = Field(100, ge=1, description="passages each leg hands to the fusion")
    dense_weight: float = Field(0.8, ge=0, le=1, description="share of the dense leg in the fusion")
    recency_weight: float = Field(
        0.05,
        ge=0,
        description="what an article of the day of the question is worth in the fusion over one "
        "long past, where that day is given; 0 for no preference",
    )
    retrieval_weight: float = Field(
        25.0, ge=0, description="logits that the best retrieval score is worth when ranking"
    )
    threshold: float | None = Field(
        None, ge=0, le=1, description="confidence needed to answer; None: as calibrated"
    )
    passage_words: int = Field(120, ge=20, le=200)
    passage_overlap: float = Field(0.25, ge=0, le=0.5)
    clean: bool = Field(True, description="take page furniture out of plain text, rows and tables")
    max_text_chars: int = Field(1_000_000, ge=1)
    max_pages: int = Field(500, ge=1, description="pages read of a PDF")
    parse_seconds: float = Field(15.0, gt=0, description="for one HTML, PDF, DOCX, Markdown file")
    parse_memory_mb: int = Field(1024, ge=256, description="that the parser of a file may take")
    remembered_answers: int = Field(
        256, ge=0, description="questions of an open chat that are answered from memory"
    )
    max_answer_tokens: int = Field(30, ge=1)
    eight_bits: bool = Field(
        True, description="let the reader compute in eight bits where the CPU is made for it"
    )
    log_level: Literal["debug", "info", "warning", "error"] = "warning"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence, strongest first."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**flags: Any) -> Settings:
    """Read the settings; a flag that is None was not given.

    :param flags: values from the command line, by field name.
    :returns: the frozen settings.
    :raises InputError: a value is out of range, a key is unknown, or the file is broken.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except (OSError, ValueError) as error:
        if not isinstance(error, ValidationError):
            raise InputError(f"pullquote.toml cannot be read: {error}. Correct it.") from error
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"Setting '{name}' is {first.get('input')!r}: {first['msg']}. "
            "Correct the flag, the PULLQUOTE_ variable or pullquote.toml."
        ) from error
