"""A Checkout cart as the creditor posts it (SPEC §4.1; OpenAPI of Checkout, CartRequestV2)."""

from typing import Annotated

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, StringConstraints

NoticeNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{18}$")]
CreditorCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{11}$")]
Text140 = Annotated[str, StringConstraints(min_length=1, max_length=140)]
Mail = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=256)]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PaymentNotice(_Wire):
    """One notice of a cart; `amount` in cents."""

    notice_number: NoticeNumber = Field(alias="noticeNumber")
    fiscal_code: CreditorCode = Field(alias="fiscalCode")
    amount: int = Field(ge=1, strict=True)
    company_name: Text140 = Field(alias="companyName")
    description: Text140


class ReturnUrls(_Wire):
    """Where the browser goes afterwards."""

    ok: AnyHttpUrl = Field(alias="returnOkUrl")
    cancel: AnyHttpUrl = Field(alias="returnCancelUrl")
    error: AnyHttpUrl = Field(alias="returnErrorUrl")
    waiting: AnyHttpUrl = Field(alias="returnWaitingUrl")


class Cart(_Wire):
    """What is paid together, from one to five notices."""

    email_notice: Mail | None = Field(default=None, alias="emailNotice")
    payment_notices: list[PaymentNotice] = Field(min_length=1, max_length=5, alias="paymentNotices")
    return_urls: ReturnUrls = Field(alias="returnUrls")
    id_cart: str | None = Field(default=None, alias="idCart")
    all_ccp: bool = Field(default=False, alias="allCCP")
