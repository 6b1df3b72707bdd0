# 들어오고 나가기: 로그인, 잠금 풀기, 복구, 초대 수락.

go-back = 돌아가기

login-title = 로그인
login-submit = 로그인
login-email = 이메일 주소
login-password = 비밀번호
login-code = 인증 앱의 코드
login-code-hint = 2단계 인증을 설정한 경우에만 숫자 여섯 자리를 쓰고, 아니면 비워 두십시오.
login-keys = 열쇠
login-unlock = 내 열쇠도 함께 잠금 풀기
login-unlock-hint = 봉인된 값을 열 수 있게 됩니다. 쓰지 않으면 저절로 다시 잠깁니다.
login-lost = 비밀번호를 잊으셨습니까?
login-lost-what = 인쇄해 둔 복구 코드로 새 비밀번호를 정할 수 있습니다. 서버에는 열쇠가 없으므로 아무도 새 비밀번호를 보내 드릴 수 없습니다.
login-lost-recover = 복구 코드 쓰기
logout = 로그아웃
done-logged-out = 로그아웃했습니다. 열쇠는 지워졌습니다.

unlock-title = 열쇠 잠금 풀기
unlock-what = 이름을 비롯한 봉인된 값은 열쇠의 잠금이 풀려 있는 동안에만 열 수 있습니다. 쓰지 않을 때, 잠그기를 누를 때, 서버가 다시 시작할 때 다시 잠깁니다.
unlock-password = 비밀번호
unlock-submit = 잠금 풀기
unlock-not-now = 풀지 않고 계속하기
unlock-lost = 복구 코드가 있으면 열쇠를 열고 새 비밀번호를 정할 수 있습니다.
done-locked = 잠갔습니다. 열려 있던 값은 닫혔습니다.

password-new = 새 비밀번호
password-hint = 10자 이상. 다른 곳에서 쓰지 않는 낱말 여러 개를 이어 쓰면 좋습니다.
password-again = 같은 비밀번호 한 번 더
password-differs = 두 비밀번호가 다릅니다. 같은 것을 두 번 쓰십시오.

recover-title = 복구 코드로 새 비밀번호 정하기
recover-what = 모든 곳에서 로그아웃되고, 2단계 인증이 해제되며, 이 코드는 더 쓸 수 없게 됩니다. 끝난 뒤 새 코드를 만드십시오.
recover-code = 복구 코드
recover-code-hint = 인쇄된 그대로 쓰십시오. 대소문자와 붙임표는 상관없습니다.
recover-submit = 새 비밀번호 정하기
recover-none = 복구 코드가 없으십니까?
recover-none-what = 그렇다면 열쇠를 잃은 것이며 아무도 되살릴 수 없습니다. 관리자가 이 계정을 닫고 다시 초대할 수 있고, 임무의 열쇠를 가진 사람이 열쇠를 다시 드릴 수 있습니다.
done-recovered = 새 비밀번호를 정했습니다. 새 비밀번호로 로그인하십시오.

invitation-title = 등대에 오신 것을 환영합니다
invitation-for = { $email } 주소로 초대받으셨습니다.
invitation-password = 비밀번호는 본인이 정하며 다른 사람은 알 수도 바꿀 수도 없습니다. 이 비밀번호가 본인의 열쇠를 엽니다.
invitation-submit = 내 계정 만들기
done-welcome = 계정이 준비되었고 열쇠의 잠금이 풀렸습니다. 한 가지만 더 하시면 됩니다.

refusal-login-wrong = 이메일 주소나 비밀번호가 틀렸습니다.
    .next = 둘 다 확인하고 비밀번호를 다시 쓰십시오. 열 번 틀리면 15분 동안 이 계정으로 로그인할 수 없습니다.
refusal-code-needed = 이 계정은 인증 앱의 코드도 필요합니다.
    .next = 비밀번호를 다시 쓰고 앱에 지금 보이는 여섯 자리 숫자를 쓰십시오.
refusal-code-wrong = 코드가 틀렸거나 지났거나 이미 쓴 것입니다.
    .next = 앱에 다음 여섯 자리가 나올 때까지 기다렸다가 쓰십시오. 계속 안 되면 휴대전화의 시계가 맞는지 확인하십시오.
refusal-too-many-attempts = 틀린 시도가 너무 많습니다.
    .next = { $minutes }분 뒤에 다시 하십시오. 본인이 시도한 것이 아니라면 관리자에게 알리십시오.
refusal-not-logged-in = 로그인하지 않은 상태입니다.
    .next = 로그인하고 이 화면을 다시 여십시오.
refusal-password-wrong = 비밀번호가 틀렸습니다.
    .next = 다시 쓰십시오. 열 번 틀리면 15분 동안 기다려야 합니다.
refusal-password-short = 비밀번호가 너무 짧습니다.
    .next = { $least }자 이상으로 쓰십시오.
refusal-recovery-wrong = 이메일 주소나 복구 코드가 틀렸습니다.
    .next = 인쇄된 코드와 한 묶음씩 견주어 보십시오. 계정의 가장 새로운 코드만, 한 번만 쓸 수 있습니다.
refusal-invitation-gone = 이 초대는 더 이상 쓸 수 없습니다.
    .next = 이미 썼거나, 취소되었거나, 7일이 지났습니다. 초대한 사람에게 새 초대를 부탁하십시오.
refusal-locked = 열쇠가 잠겨 있습니다.
    .next = 잠금을 풀고 다시 하십시오.
refusal-form-too-large = 보낸 내용이 너무 깁니다.
    .next = 줄여서 다시 보내십시오.
