# 구성원 본인의 계정.

account-change = 바꾸기
account-on = 켜짐
account-off = 꺼짐
account-language-browser = 브라우저 설정대로
account-second-factor = 2단계 인증
account-second-factor-set = 설정하기
account-second-factor-drop = 해제하기
account-recovery = 복구 코드
account-recovery-made = 만들었음
account-recovery-none = 없음
account-recovery-make = 복구 코드 만들기
account-recovery-again = 복구 코드 새로 만들기
account-recovery-missing = 복구 코드가 없습니다. 비밀번호를 잊으면 열쇠를 잃게 됩니다.

profile-title = 이름과 언어
profile-name = 이름
profile-name-hint = 동료들이 아는 이름. 하신 일 옆에 표시됩니다.
profile-language = 언어
profile-submit = 저장
done-profile = 저장했습니다.

password-title = 비밀번호 바꾸기
password-what = 열쇠는 새 비밀번호로 잠기고, 다른 모든 곳에서 로그아웃됩니다. 복구 코드는 그대로 쓸 수 있습니다.
password-old = 지금까지의 비밀번호
password-submit = 비밀번호 바꾸기
done-password = 비밀번호를 바꾸었습니다.

second-factor-title = 2단계 인증
second-factor-what = 2단계 인증을 켜면 비밀번호를 훔친 것만으로는 로그인할 수 없고, 휴대전화의 코드도 있어야 합니다. 켜면 다른 모든 곳에서 로그아웃됩니다.
second-factor-how = 설정하는 방법
second-factor-step-app = 휴대전화에 인증 앱을 설치하십시오. 예: Aegis, FreeOTP, Google Authenticator.
second-factor-step-scan = 앱으로 이 그림을 찍거나 아래 글자를 쓰십시오.
second-factor-step-code = 앱에 지금 보이는 숫자 여섯 자리를 쓰십시오.
second-factor-qr = 인증 앱에 넣을 비밀 값
second-factor-code = 앱의 코드
second-factor-code-hint = 숫자 여섯 자리. 30초마다 바뀝니다.
second-factor-submit = 2단계 인증 켜기
second-factor-drop = 2단계 인증 해제
second-factor-drop-question = 2단계 인증을 해제하시겠습니까?
second-factor-drop-what = 이제부터 코드를 묻지 않습니다. 패스키가 없으면 비밀번호만으로 로그인됩니다. 앱에 있는 항목은 쓸모가 없어집니다.
done-second-factor = 2단계 인증을 켰습니다. 다음에 로그인할 때 코드를 묻습니다.
done-second-factor-dropped = 2단계 인증을 해제했습니다.

recovery-title = 복구 코드
recovery-what = 비밀번호를 잃었을 때 열쇠를 여는 코드입니다. 한 번만 보이므로 인쇄하거나 적어 두십시오. 서버는 코드를 보관하지 않습니다.
recovery-ready = 종이를 준비하고, 어깨너머로 보는 사람이 없는지 확인하십시오.
recovery-replaces = 전에 만든 코드가 있습니다. 새로 만들면 옛 코드는 쓸 수 없게 됩니다.
recovery-later = 나중에
recovery-made-title = 복구 코드
recovery-block = { $email }의 복구 코드
recovery-block-note = 지금만 보입니다. 이 코드를 가지고 이메일 주소를 아는 사람은 본인이 열 수 있는 모든 것을 열 수 있습니다.
recovery-next = 이제 할 일
recovery-next-print = 이 화면을 인쇄하거나 코드를 적으십시오. 사진을 찍거나 보내지 마십시오.
recovery-next-keep = 집이나 사무실이 수색당해도 컴퓨터와 함께 발견되지 않을 곳에 두십시오.
recovery-next-use = 한 번만 쓸 수 있습니다. 쓴 뒤에는 새로 만드십시오.
recovery-kept = 잘 보관했습니다

account-authenticator = 2단계 인증: 인증 앱
account-passkeys = { $count ->
        [0] 없음
       *[other] { $count }개
    }

passkeys-title = 패스키
passkeys-what = 패스키는 휴대전화나 컴퓨터, 보안 키에 들어 있는 두 번째 인증 수단입니다. 코드를 쓰는 대신 터치, 지문, PIN으로 확인합니다. 비밀번호는 열쇠를 여는 데 쓰이므로 여전히 필요합니다. 하나를 잃어도 로그인할 수 있도록 서로 다른 기기에 두 개를 추가해 두십시오.
passkeys-empty = 아직 패스키가 없습니다.
passkeys-name = 패스키 이름
passkeys-name-hint = 알아볼 수 있는 이름. 예: “사무실 노트북”, “파란 보안 키”.
passkeys-host = 쓸 수 있는 주소
passkeys-since = 추가한 날
passkeys-add = 패스키 추가
passkeys-bound = 이 패스키는 { $host }에서만 쓸 수 있습니다. 서버 주소가 바뀌면 예전 패스키는 쓸 수 없게 되므로, 그 전에 인증 앱을 추가하거나 복구 코드를 준비해 두십시오.
passkeys-ends-logins = 추가하면 다른 모든 곳에서 로그아웃됩니다. 비밀번호를 보내는 프로그램은, 인증 앱도 설정하고 그 코드를 함께 보내지 않는 한 더 이상 들어올 수 없습니다.
passkeys-not-secure = 브라우저는 https나 이 컴퓨터 자체에서만 패스키를 제공하는데, 지금 이 서버는 { $address } 주소로 열려 있습니다. 어니언 주소에서는 토르 브라우저가 패스키를 꺼 두었을 수 있으니 인증 앱을 쓰십시오. https로 들어오셨다면 관리자가 server.toml에 주소를 적어야 합니다.
passkeys-number = 패스키는 이름에 묶이는데, 이 서버는 숫자 주소({ $address })로 열려 있습니다. 이름으로 들어오시거나 인증 앱을 쓰십시오.
passkeys-no-address = 브라우저가 { $address } 주소에 패스키를 묶을 수 없습니다. 관리자가 server.toml에 https://monitor.example.org 같은 형태로 주소를 적어야 합니다. 인증 앱은 그것 없이도 쓸 수 있습니다.
passkeys-remove = 제거
passkeys-remove-title = 패스키 제거
passkeys-remove-question = 패스키 “{ $name }”을(를) 제거하시겠습니까?
passkeys-remove-what = 이 패스키로는 더 이상 로그인할 수 없습니다. 기기에 남은 것은 기기에서 지울 수 있습니다.
passkeys-remove-last = 하나뿐인 두 번째 인증 수단입니다. 이제부터 비밀번호만으로 로그인됩니다.
done-passkey-added = 패스키를 추가했습니다. 다음에 로그인할 때 패스키를 묻습니다.
done-passkey-removed = 패스키를 제거했습니다.

passkey-needs-script = 패스키에는 자바스크립트가 필요한데 지금 꺼져 있습니다. 인증 앱은 자바스크립트 없이도 쓸 수 있습니다.
passkey-unable = 이 브라우저는 여기서 패스키를 제공하지 않습니다. 다른 브라우저나 인증 앱을 쓰십시오.
passkey-there = 이 기기에는 이미 이 계정의 패스키가 있습니다.
passkey-not-made = 패스키를 만들지 못했습니다. 취소되었거나 시간이 너무 오래 걸렸습니다. 버튼을 눌러 다시 해 보십시오.
passkey-not-used = 패스키가 응답하지 않았습니다. 취소되었거나, 시간이 너무 오래 걸렸거나, 이 기기에 이 계정의 패스키가 없습니다. 버튼을 눌러 다시 해 보십시오.
